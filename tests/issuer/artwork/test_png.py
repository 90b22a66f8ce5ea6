"""PNG uploads: hostile ones are refused or reduced to their pixels, good ones keep them."""

import contextlib
import hashlib
import io
import random
import struct
import time
import zlib

import pytest
from PIL import Image

from issuer.artwork import MAX_BYTES, MAX_PIXELS, InvalidArtwork, prepare
from issuer.artwork import png as png_module

SIGNATURE = b"\x89PNG\r\n\x1a\n"
RED = (255, 0, 0, 255)


def chunk(kind: bytes, body: bytes) -> bytes:
    crc = zlib.crc32(body, zlib.crc32(kind))
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", crc)


def header(width: int, height: int, depth: int = 8, colour: int = 6, method: int = 0) -> bytes:
    body = struct.pack(">IIBBBBB", width, height, depth, colour, method, 0, 0)
    return chunk(b"IHDR", body)


def png(width: int = 40, height: int = 20, mode: str = "RGBA", colour: object = RED) -> bytes:
    output = io.BytesIO()
    Image.new(mode, (width, height), colour).save(output, "PNG")
    return output.getvalue()


def insert(data: bytes, *chunks: bytes) -> bytes:
    """A PNG with more chunks, right after its header."""
    return data[:33] + b"".join(chunks) + data[33:]


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def kinds(data: bytes) -> list[bytes]:
    return [kind for kind, _, _ in png_module._chunks(data)]


def noise(size: int) -> bytes:
    return random.Random(1).randbytes(size)  # noqa: S311


BOMB = zlib.compress(bytes(100_000_000), 9)
GOOD = png()
IDAT = GOOD.index(b"IDAT")

REFUSED = {
    "signature alone": SIGNATURE,
    "truncated in the header": GOOD[:20],
    "truncated in the pixels": GOOD[: IDAT + 8],
    "without its end": GOOD[:-12],
    "pixels cut short": SIGNATURE + header(900, 900) + chunk(b"IDAT", b"") + chunk(b"IEND", b""),
    "no pixels": SIGNATURE + header(10, 10) + chunk(b"IEND", b""),
    "wrong checksum in the header": GOOD[:29] + b"\0\0\0\0" + GOOD[33:],
    "wrong checksum in the pixels": GOOD[: IDAT + 6] + b"\xff" + GOOD[IDAT + 7 :],
    "2 billion by 2 billion": SIGNATURE
    + header(2**31 - 1, 2**31 - 1)
    + chunk(b"IDAT", BOMB)
    + chunk(b"IEND", b""),
    "4 billion by 1": SIGNATURE + header(2**32 - 1, 1) + chunk(b"IDAT", BOMB) + chunk(b"IEND", b""),
    "just above the limit": SIGNATURE
    + header(4096, 4097, 1, 0)
    + chunk(b"IDAT", zlib.compress(bytes(513 * 4097), 9))
    + chunk(b"IEND", b""),
    "no width": SIGNATURE + header(0, 10) + chunk(b"IDAT", b"") + chunk(b"IEND", b""),
    "unknown colour type": SIGNATURE
    + header(9, 9, 8, 5)
    + chunk(b"IDAT", zlib.compress(bytes(9999)))
    + chunk(b"IEND", b""),
    "unknown compression": SIGNATURE
    + header(9, 9, 8, 6, 7)
    + chunk(b"IDAT", noise(400))
    + chunk(b"IEND", b""),
    "pixels that are noise": SIGNATURE
    + header(9, 9)
    + chunk(b"IDAT", noise(400))
    + chunk(b"IEND", b""),
    "header not first": SIGNATURE + chunk(b"tEXt", b"a\0b") + GOOD[8:],
    "second header": insert(GOOD, header(4000, 4000)),
    "short header": SIGNATURE + chunk(b"IHDR", b"\0" * 5) + GOOD[33:],
    "length beyond the end": GOOD[:33] + struct.pack(">I", 2**31 - 1) + GOOD[37:],
    "unknown critical chunk": insert(GOOD, chunk(b"EVIL", b"x")),
    "palette without palette": SIGNATURE
    + header(9, 9, 8, 3)
    + chunk(b"IDAT", noise(50))
    + chunk(b"IEND", b""),
    "JNG in disguise": b"\x8bJNG\r\n\x1a\n" + GOOD[8:],
    "nothing": b"",
    "too many bytes": GOOD + bytes(MAX_BYTES),
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED)
def test_it_refuses(data: bytes) -> None:
    began = time.process_time()
    with pytest.raises(InvalidArtwork) as caught:
        prepare(data)
    assert str(caught.value).endswith(".") and str(caught.value)[0].isupper()
    assert time.process_time() - began < 1


def frame(number: int) -> bytes:
    control = struct.pack(">IIIIIHHBB", number, 40, 20, 0, 0, 1, 10, 0, 0)
    return chunk(b"fcTL", control) + chunk(b"fdAT", struct.pack(">I", number + 1) + BOMB[:500])


CLEANED = {
    "zTXt bomb": insert(GOOD, chunk(b"zTXt", b"a\0\0" + BOMB)),
    "many zTXt bombs": insert(GOOD, *[chunk(b"zTXt", b"a\0\0" + BOMB)] * 20),
    "iCCP bomb": insert(GOOD, chunk(b"iCCP", b"a\0\0" + BOMB)),
    "iTXt bomb": insert(GOOD, chunk(b"iTXt", b"openbadges\0\1\0\0\0" + BOMB)),
    "foreign badge": insert(GOOD, chunk(b"iTXt", b"openbadges\0\0\0\0\0https://a.test/assertion")),
    "APNG with many frames": insert(
        GOOD, chunk(b"acTL", struct.pack(">II", 2**31 - 1, 0)), *(frame(n) for n in range(2000))
    ),
    "Exif with a place": insert(GOOD, chunk(b"eXIf", b"MM\0*" + noise(100))),
    "physical size": insert(GOOD, chunk(b"pHYs", struct.pack(">IIB", 1, 10**9, 1))),
    "web page behind the end": GOOD + b"<script>alert(1)</script>",
    "a hundred thousand chunks": insert(GOOD, chunk(b"teST", b"") * 100_000),
    "more pixels than there are": SIGNATURE
    + header(40, 20)
    + chunk(b"IDAT", zlib.compress((b"\0" + bytes(RED) * 40) * 20 + bytes(50_000_000), 9))
    + chunk(b"IEND", b""),
}


@pytest.mark.parametrize("data", CLEANED.values(), ids=CLEANED)
def test_only_the_pixels_survive(data: bytes) -> None:
    began = time.process_time()
    artwork = prepare(data)
    assert artwork.original == prepare(GOOD).original
    assert set(kinds(artwork.original)) == {b"IHDR", b"IDAT", b"IEND"}
    assert not opened(artwork.original).info
    assert time.process_time() - began < 1


def test_a_huge_picture_is_refused_before_it_is_opened(monkeypatch) -> None:
    monkeypatch.setattr(Image, "open", lambda *_, **__: pytest.fail("decoded"))
    with pytest.raises(InvalidArtwork, match="4096 by 4096"):
        prepare(REFUSED["2 billion by 2 billion"])


def test_the_largest_picture_is_taken() -> None:
    side = int(MAX_PIXELS**0.5)
    artwork = prepare(png(side, side, "1", 1))
    assert opened(artwork.original).size == (400, 400)


@pytest.mark.parametrize(
    ("size", "becomes"),
    [((400, 400), 400), ((90, 90), 90), ((1, 1), 1), ((40, 20), 40), ((3, 100), 100)]
    + [((1000, 500), 400), ((500, 401), 400), ((4000, 1), 400)],
)
def test_it_becomes_a_square_of_at_most_400(size: tuple[int, int], becomes: int) -> None:
    artwork = prepare(png(*size))
    assert artwork.kind == "png"
    assert opened(artwork.original).size == (becomes, becomes)
    assert opened(artwork.square).size == (400, 400)
    assert opened(artwork.wide).size == (764, 400)
    assert all(opened(made).mode == "RGBA" for made in (artwork.original, artwork.wide))


def test_padding_is_transparent_and_even() -> None:
    image = opened(prepare(png(40, 20)).original)
    assert image.getbbox() == (0, 10, 40, 30)
    assert image.getpixel((0, 0)) == (0, 0, 0, 0) and image.getpixel((20, 20)) == RED


def test_the_wide_picture_uses_the_width_there_is() -> None:
    wide = opened(prepare(png(1000, 500)).wide)
    assert wide.getbbox() == (0, 9, 764, 391)
    assert opened(prepare(png(500, 500)).wide).getbbox() == (182, 0, 582, 400)


def test_pixels_of_a_fitting_picture_do_not_change() -> None:
    source = Image.frombytes("RGBA", (64, 64), noise(64 * 64 * 4))
    output = io.BytesIO()
    source.save(output, "PNG")
    assert opened(prepare(output.getvalue()).original).tobytes() == source.tobytes()


def test_preparing_again_changes_nothing() -> None:
    first = prepare(png(1000, 300))
    again = prepare(first.original)
    assert again == prepare(first.original) and again.original == first.original
    assert first.digest == again.digest == hashlib.sha256(first.original).hexdigest()


@pytest.mark.parametrize(
    ("mode", "colour", "shown"),
    [
        ("1", 1, (255, 255, 255, 255)),
        ("L", 128, (128, 128, 128, 255)),
        ("RGB", (1, 2, 3), (1, 2, 3, 255)),
    ]
    + [("LA", (9, 7), (9, 9, 9, 7)), ("I;16", 0x8000, (128, 128, 128, 255)), ("P", 0, None)],
)
def test_every_kind_of_png_is_read(mode: str, colour: object, shown: object) -> None:
    if mode == "P":
        image = Image.new("P", (9, 9), 1)
        image.putpalette([0, 0, 0, 10, 20, 30])
        output = io.BytesIO()
        image.save(output, "PNG", transparency=0)
        data, shown = output.getvalue(), (10, 20, 30, 255)
    else:
        data = png(9, 9, mode, colour)
    assert opened(prepare(data).original).getpixel((4, 4)) == shown


@pytest.mark.parametrize("kind", ["JPEG", "GIF", "WEBP", "BMP", "TIFF", "ICO", "PDF"])
def test_other_pictures_are_refused_by_name_of_what_is_taken(kind: str) -> None:
    output = io.BytesIO()
    Image.new("RGB", (32, 32)).save(output, kind)
    with pytest.raises(InvalidArtwork, match="PNG or SVG"):
        prepare(output.getvalue())


def test_damage_anywhere_never_crashes() -> None:
    chance = random.Random(7)  # noqa: S311
    for _ in range(300):
        data = bytearray(GOOD)
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        with contextlib.suppress(InvalidArtwork):
            assert opened(prepare(bytes(data)).square).size == (400, 400)
