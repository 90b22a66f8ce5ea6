"""PNG in, PNG out: checked before it is decoded, then redrawn, so that only pixels survive."""

import io
import struct
import zlib
from collections.abc import Iterator

from PIL import Image

from issuer.artwork.errors import InvalidArtwork
from issuer.artwork.limits import MAX_PIXELS, SQUARE

SIGNATURE = b"\x89PNG\r\n\x1a\n"

_NEEDED = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")  # the rest may hold bombs: never unpacked
_BROKEN = "The PNG file is damaged or incomplete."


def decode(data: bytes) -> Image.Image:
    """The picture's pixels as RGBA; of an animation the still picture. Raises InvalidArtwork."""
    plain = _stripped(data)
    try:
        image = Image.open(io.BytesIO(plain), formats=["PNG"])
        image.load()
        return _rgba(image)
    except Exception as error:  # Pillow raises many kinds on damaged files
        raise InvalidArtwork(_BROKEN) from error


def encode(image: Image.Image) -> bytes:
    """The same pixels always give the same bytes; nothing but pixels is written."""
    output = io.BytesIO()
    image.save(output, "PNG", optimize=True)
    return output.getvalue()


def squared(image: Image.Image) -> Image.Image:
    """Padded with transparency to a square of at most 400x400; a smaller picture stays as it is."""
    side = min(max(image.size), SQUARE[0])
    return contained(image, (side, side))


def contained(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The whole picture, as large as fits, in the middle of a transparent canvas of this size."""
    fitted = fit(image.width, image.height, size)
    if fitted != image.size:
        image = image.resize(fitted, Image.Resampling.LANCZOS, reducing_gap=3.0)
    if fitted == size:
        return image
    canvas = Image.new("RGBA", size)
    canvas.paste(image, ((size[0] - fitted[0]) // 2, (size[1] - fitted[1]) // 2))
    return canvas


def fit(width: float, height: float, box: tuple[int, int]) -> tuple[int, int]:
    """The largest size of the same shape within `box`; no side is less than a pixel."""
    scale = min(box[0] / width, box[1] / height)
    return (
        min(box[0], max(1, round(width * scale))),
        min(box[1], max(1, round(height * scale))),
    )


def _stripped(data: bytes) -> bytes:
    """The chunks that carry pixels and nothing else, checksums verified, sizes known to be sane."""
    parts = [SIGNATURE]
    seen: set[bytes] = set()
    for kind, body, chunk in _chunks(data):
        if not seen:
            _check_header(kind, body)
        if kind[:1].isupper() and kind not in _NEEDED or (kind == b"IHDR" and kind in seen):
            raise InvalidArtwork(_BROKEN)
        seen.add(kind)
        if kind in _NEEDED:
            parts.append(chunk)
        if kind == b"IEND":
            break
    if not {b"IHDR", b"IDAT", b"IEND"} <= seen:
        raise InvalidArtwork(_BROKEN)
    return b"".join(parts)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    position = len(SIGNATURE)
    while position + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, position)
        end = position + 12 + length
        if end > len(data):
            raise InvalidArtwork(_BROKEN)
        body = data[position + 8 : end - 4]
        if zlib.crc32(body, zlib.crc32(kind)) != int.from_bytes(data[end - 4 : end], "big"):
            raise InvalidArtwork(_BROKEN)
        yield kind, body, data[position:end]
        position = end


def _check_header(kind: bytes, body: bytes) -> None:
    if kind != b"IHDR" or len(body) != 13:
        raise InvalidArtwork(_BROKEN)
    width, height = struct.unpack_from(">II", body)
    if width == 0 or height == 0:
        raise InvalidArtwork(_BROKEN)
    if width * height > MAX_PIXELS:
        side = int(MAX_PIXELS**0.5)
        raise InvalidArtwork(f"The picture has too many pixels: {side} by {side} is the most.")


def _rgba(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):  # 16 bits of grey: Pillow's own conversion clips, we scale
        image = image.convert("I").point(lambda level: level * (1 / 256)).convert("L")
    return image.convert("RGBA")
