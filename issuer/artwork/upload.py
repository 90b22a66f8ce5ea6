"""The door: what is uploaded, as bytes or as a data URI, becomes an Artwork or is refused."""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass, field
from typing import Literal

from issuer.artwork import drawing, png, svg
from issuer.artwork.errors import InvalidArtwork
from issuer.artwork.limits import AT_ONCE, MAX_BYTES, SQUARE, WIDE

_DATA_URI = re.compile(
    r"\s*data:([a-z]+/[a-z0-9.+-]+)((?:;[a-z0-9-]+=[a-z0-9\"._-]+)*)(;base64)?,", re.IGNORECASE
)
_FORGIVEN = str.maketrans("-_", "+/", " \t\r\n\f\v")


@dataclass(frozen=True, slots=True)
class Artwork:
    """A picture that is safe to store, serve, bake and print."""

    kind: Literal["png", "svg"]
    original: bytes = field(repr=False)  # normalised: at most 400x400 PNG, or a clean SVG
    square: bytes = field(repr=False)  # PNG 400x400
    wide: bytes = field(repr=False)  # PNG 764x400
    digest: str  # SHA-256 of `original`, hexadecimal


def prepare(data: bytes) -> Artwork:
    """Normalise and render an upload; its content decides its type. Raises InvalidArtwork."""
    if not data:
        raise InvalidArtwork("The picture is empty.")
    if len(data) > MAX_BYTES:
        raise InvalidArtwork(f"The picture is larger than {MAX_BYTES // 1024 // 1024} MB.")
    if data.startswith(png.SIGNATURE):
        return _prepare_png(data)
    if data.startswith(b"\x1f\x8b"):
        raise InvalidArtwork("A compressed SVG (SVGZ) cannot be used: please save it as plain SVG.")
    if not svg.looks_like_xml(data):
        raise InvalidArtwork("The picture must be a PNG or SVG file.")
    return _prepare_svg(data)


def _prepare_png(data: bytes) -> Artwork:
    with AT_ONCE:
        image = png.decode(data)
        original = png.encode(png.squared(image))
        square, wide = (png.encode(png.contained(image, size)) for size in (SQUARE, WIDE))
    return Artwork("png", original, square, wide, _digest(original))


def _prepare_svg(data: bytes) -> Artwork:
    picture = svg.clean(data)
    square, wide = drawing.draw(picture.data, picture.width, picture.height, (SQUARE, WIDE))
    return Artwork("svg", picture.data, square, wide, _digest(picture.data))


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def from_data_uri(text: str) -> bytes:
    """The bytes of a base64 data URI of a PNG or SVG. Raises InvalidArtwork.

    Blanks, the URL-safe alphabet and missing padding are forgiven: clients send all three.
    """
    if len(text) > MAX_BYTES * 3 // 2:
        raise InvalidArtwork(f"The picture is larger than {MAX_BYTES // 1024 // 1024} MB.")
    match = _DATA_URI.match(text)
    if match is None:
        raise InvalidArtwork("The picture must be a base64 data URI.")
    if match[1].lower() not in ("image/png", "image/svg+xml"):
        raise InvalidArtwork("The picture must be a PNG or SVG file.")
    if match[3] is None:
        raise InvalidArtwork("The picture must be a base64 data URI.")
    payload = text[match.end() :].translate(_FORGIVEN).rstrip("=")
    try:
        data = base64.b64decode(payload + "=" * (-len(payload) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidArtwork("The picture's data URI is not valid base64.") from error
    if len(data) > MAX_BYTES:
        raise InvalidArtwork(f"The picture is larger than {MAX_BYTES // 1024 // 1024} MB.")
    return data
