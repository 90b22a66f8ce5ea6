"""The process that draws: SVG on stdin, length-prefixed PNGs on stdout. Imports nothing of ours.

Arguments: CPU seconds, bytes of memory, then one WIDTHxHEIGHT for each PNG.
"""

import base64
import resource
import struct
import sys

UNDRAWABLE, TOO_MUCH = 3, 4


def embedded_only(url: str, _kind: str) -> bytes:
    """Pictures that are in the document already; nothing is ever fetched."""
    head, _, payload = url.partition(",")
    if not (head.startswith("data:image/") and head.endswith(";base64")):
        raise ValueError("only embedded pictures are drawn")
    return base64.b64decode(payload)


def main() -> int:
    cpu, memory, *sizes = sys.argv[1:]
    resource.setrlimit(resource.RLIMIT_CPU, (int(cpu), int(cpu) + 1))
    resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from cairosvg.surface import PNGSurface  # after the limits, which hold for it as well

    data = sys.stdin.buffer.read()
    for size in sizes:
        width, height = (int(side) for side in size.split("x"))
        try:
            drawn = PNGSurface.convert(
                bytestring=data,
                output_width=width,
                output_height=height,
                url_fetcher=embedded_only,
            )
        except (MemoryError, RecursionError):
            return TOO_MUCH
        except Exception:
            return UNDRAWABLE
        sys.stdout.buffer.write(struct.pack(">I", len(drawn)) + drawn)
    return 0


if __name__ == "__main__":
    sys.exit(main())
