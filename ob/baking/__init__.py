"""Baking: an award's document inside its PNG or SVG image (Open Badges Baking Specification).

Bytes in, bytes out; `png` and `svg` know the formats. Pixels are never touched or re-encoded.
"""

from __future__ import annotations

from ob.baking import png, svg
from ob.baking.payload import NotBakeable, read_payload

__all__ = ["BAKER_VERSION", "NotBakeable", "bake", "strip", "unbake"]

# Part of the address of every baked image: raise it when the bytes a bake makes change.
BAKER_VERSION = "1"


def bake(image: bytes, assertion: bytes | str) -> bytes:
    """The image with this document in it, in place of any older one.

    `assertion` is the JSON of an Assertion or a compact JWS. A PNG keeps its exact text; in an
    SVG the JSON is equal in meaning. Raises NotBakeable.
    """
    payload = read_payload(assertion)
    return png.bake(image, payload) if png.is_png(image) else svg.bake(image, payload)


def unbake(image: bytes) -> str | None:
    """The document in the image (JSON, JWS, or the address in very old badges), None without.

    Raises NotBakeable for what is no PNG or SVG, or is broken.
    """
    return png.unbake(image) if png.is_png(image) else svg.unbake(image)


def strip(image: bytes) -> bytes:
    """The image without any document. Raises NotBakeable."""
    return png.strip(image) if png.is_png(image) else svg.strip(image)
