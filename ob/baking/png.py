"""Baking into PNG: one uncompressed iTXt chunk with the keyword openbadges, right after IHDR.

Every other chunk is passed through byte for byte; no pixel is decoded.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from ob.baking.payload import NotBakeable, Payload

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KEYWORD = b"openbadges\0"
_TEXT_CHUNKS = (b"iTXt", b"tEXt", b"zTXt")
_MAX_TEXT = 1_000_000  # a compressed document larger than this is an attack, not an award
_MAX_LENGTH = 2**31 - 1

_Chunk = tuple[bytes, memoryview, memoryview]  # type, data, the whole chunk with length and CRC


def is_png(image: bytes) -> bool:
    return image.startswith(_SIGNATURE)


def bake(image: bytes, payload: Payload) -> bytes:
    """Raises NotBakeable for a file that is not a whole PNG."""
    # not compressed, no language, no translated keyword
    data = _KEYWORD + b"\0\0\0\0" + payload.text.encode()
    if len(data) > _MAX_LENGTH:
        raise NotBakeable("The document is too large for a PNG chunk.")
    header, *others = _others(image)
    return b"".join([_SIGNATURE, header, _chunk(b"iTXt", data), *others])


def strip(image: bytes) -> bytes:
    return b"".join([_SIGNATURE, *_others(image)])


def unbake(image: bytes) -> str | None:
    """The first iTXt chunk's text; without one, the address in a legacy tEXt chunk."""
    legacy: str | None = None
    for type, data, _ in _chunks(image):
        if type == b"iTXt" and _is_ours(data):
            return _international_text(bytes(data))
        if type == b"tEXt" and legacy is None and _is_ours(data):
            legacy = bytes(data[len(_KEYWORD) :]).decode("latin-1")
    return legacy


def _others(image: bytes) -> list[memoryview]:
    """All chunks but baked ones, whole."""
    return [
        whole
        for type, data, whole in _chunks(image)
        if not (type in _TEXT_CHUNKS and _is_ours(data))
    ]


def _is_ours(data: memoryview) -> bool:
    return bytes(data[: len(_KEYWORD)]) == _KEYWORD


def _chunks(image: bytes) -> Iterator[_Chunk]:
    """IHDR to IEND; what follows IEND is no part of the picture and is dropped."""
    view = memoryview(image)
    position, seen_pixels = len(_SIGNATURE), False
    while True:
        if len(view) - position < 12:
            raise NotBakeable("The PNG file is cut short.")
        (length,) = struct.unpack_from(">I", view, position)
        end = position + 12 + length
        if length > _MAX_LENGTH or end > len(view):
            raise NotBakeable("The PNG file is cut short.")
        whole = view[position:end]
        type, data = bytes(whole[4:8]), whole[8:-4]
        if (type == b"IHDR") != (position == len(_SIGNATURE)):
            raise NotBakeable("The PNG file does not begin with one header.")
        if not type.isalpha() or (type == b"IHDR" and length != 13):
            raise NotBakeable("The PNG file has a malformed chunk.")
        if zlib.crc32(whole[4:-4]) != struct.unpack_from(">I", whole, 8 + length)[0]:
            raise NotBakeable("The PNG file is damaged: a checksum is wrong.")
        seen_pixels = seen_pixels or type == b"IDAT"
        if type == b"IEND" and not seen_pixels:
            raise NotBakeable("The PNG file has no picture in it.")
        yield type, data, whole
        if type == b"IEND":
            return
        position = end


def _international_text(data: bytes) -> str:
    flags, rest = data[len(_KEYWORD) : len(_KEYWORD) + 2], data[len(_KEYWORD) + 2 :]
    language, first, rest = rest.partition(b"\0")
    translated, second, text = rest.partition(b"\0")
    if len(flags) < 2 or not first or not second or flags[0] > 1 or (flags[0] and flags[1]):
        raise NotBakeable("The PNG file's document is malformed.")
    try:
        return (_inflate(text) if flags[0] else text).decode()
    except UnicodeDecodeError as error:
        raise NotBakeable("The PNG file's document is not UTF-8.") from error


def _inflate(data: bytes) -> bytes:
    inflater = zlib.decompressobj()
    try:
        text = inflater.decompress(data, _MAX_TEXT)
    except zlib.error as error:
        raise NotBakeable("The PNG file's document is damaged.") from error
    if not inflater.eof:
        raise NotBakeable("The PNG file's document is cut short or far too large.")
    return text


def _chunk(type: bytes, data: bytes) -> bytes:
    body = type + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))
