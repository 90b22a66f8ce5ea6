"""SVG to PNG, in a process of its own: what hangs or swells there ends there.

The counts in `complexity` refuse what is known to be costly; this is for what is not known.
"""

import io
import os
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from issuer.artwork import png
from issuer.artwork.errors import InvalidArtwork
from issuer.artwork.limits import AT_ONCE

CPU_SECONDS = 5
WALL_SECONDS = 15.0
MEMORY_BYTES = 512 * 1024 * 1024

_CHILD = Path(__file__).with_name("draw_child.py")
_UNDRAWABLE, _TOO_MUCH = 3, 4  # the child's exit codes; others are faults of the installation
# Where libraries and fonts are; none of the server's secrets.
_ENVIRONMENT = (
    *("PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"),
    *("DYLD_FALLBACK_LIBRARY_PATH", "FONTCONFIG_FILE", "FONTCONFIG_PATH", "XDG_CACHE_HOME"),
)


def draw(
    data: bytes, width: float, height: float, sizes: tuple[tuple[int, int], ...]
) -> list[bytes]:
    """PNGs of exactly `sizes`, each with the whole picture in the middle. Raises InvalidArtwork."""
    fitted = [png.fit(width, height, size) for size in sizes]
    drawn = dict(zip(dict.fromkeys(fitted), _drawn(data, list(dict.fromkeys(fitted))), strict=True))
    return [
        png.encode(png.contained(drawn[inner], size))
        for inner, size in zip(fitted, sizes, strict=True)
    ]


def _drawn(data: bytes, sizes: list[tuple[int, int]]) -> Iterator[Image.Image]:
    limits = [str(CPU_SECONDS), str(MEMORY_BYTES)]
    command = [sys.executable, "-I", str(_CHILD), *limits, *(f"{w}x{h}" for w, h in sizes)]
    try:
        with AT_ONCE:
            done = subprocess.run(  # noqa: S603 (our own interpreter and file, sizes by number)
                command,
                input=data,
                capture_output=True,
                timeout=WALL_SECONDS,
                check=False,
                env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
            )
    except subprocess.TimeoutExpired as error:
        raise InvalidArtwork("The SVG takes too long to draw: please simplify it.") from error
    if done.returncode < 0 or done.returncode == _TOO_MUCH:
        raise InvalidArtwork("The SVG is too complex to draw: please simplify it.")
    if done.returncode == _UNDRAWABLE:
        raise InvalidArtwork("The SVG cannot be drawn.")
    if done.returncode:
        raise RuntimeError("SVG drawing does not work here: " + done.stderr.decode()[-2000:])
    output = io.BytesIO(done.stdout)
    for size in sizes:
        (length,) = struct.unpack(">I", output.read(4))
        image = png.decode(output.read(length))
        if image.size != size:
            raise InvalidArtwork("The SVG cannot be drawn.")
        yield image
