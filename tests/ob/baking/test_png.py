from __future__ import annotations

import io
import json
import struct
import time
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from ob.baking import NotBakeable, bake, strip, unbake

SIGNATURE = b"\x89PNG\r\n\x1a\n"
ASSERTION = '{"id":"https://badges.example.org/public/assertions/1","type":"Assertion"}'
JWS = "eyJhbGciOiJSUzI1NiJ9.eyJpZCI6InVybjp1dWlkOjEifQ.c2lnbmF0dXJl_-"
quick = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))

anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=60) | st.sampled_from(
    ["]]>", "a\x00b", "שלום \u202e", "\U0001f3c5", "\ufffe\uffff", "<!--&amp;-->", "openbadges\x00"]
)
documents = st.builds(
    lambda extra, ascii: json.dumps({"id": "https://ex.org/1", "extra": extra}, ensure_ascii=ascii),
    st.dictionaries(anything, anything | st.integers() | st.none(), max_size=4),
    st.booleans(),
)


def chunk(type, data, crc=None):
    body = type + data
    return (
        struct.pack(">I", len(data))
        + body
        + struct.pack(">I", zlib.crc32(body) if crc is None else crc)
    )


def chunks_of(image):
    """(type, data) by a reader of its own, checksums verified."""
    position, found = len(SIGNATURE), []
    while position < len(image):
        (length,) = struct.unpack_from(">I", image, position)
        body = image[position + 4 : position + 8 + length]
        (crc,) = struct.unpack_from(">I", image, position + 8 + length)
        assert crc == zlib.crc32(body)
        found.append((body[:4], body[4:]))
        position += 12 + length
    return found


def pixels(image):
    with Image.open(io.BytesIO(image)) as picture:
        picture.load()
        return picture.mode, picture.size, picture.tobytes(), picture.info.get("transparency")


BITS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
PASSES = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)


@st.composite
def built_pngs(draw):
    """Every colour type and bit depth, plain and interlaced, with ancillary chunks anywhere."""
    colour = draw(st.sampled_from(sorted(BITS)))
    depth = draw(st.sampled_from(BITS[colour]))
    interlaced = draw(st.booleans())
    width, height = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    seed = draw(st.integers(0, 255))
    raw = b""
    for x, y, dx, dy in PASSES if interlaced else ((0, 0, 1, 1),):
        columns, rows = len(range(x, width, dx)), len(range(y, height, dy))
        size = (columns * CHANNELS[colour] * depth + 7) // 8
        line = bytes((seed + 37 * i) % 256 for i in range(size))
        raw += b"".join(b"\0" + line for _ in range(rows)) if columns else b""
    data = zlib.compress(raw)
    cut = draw(st.integers(0, len(data)))
    extra = st.lists(
        st.sampled_from(
            [
                chunk(b"tEXt", b"Software\0something"),
                chunk(b"iTXt", b"Title\0\0\0\0\0" + "Größe".encode()),
                chunk(b"pHYs", struct.pack(">IIB", 2835, 2835, 1)),
                chunk(b"prVt", b"openbadges\0not a text chunk"),
                chunk(b"tEXt", b"openbadgesque\0x"),
            ]
        ),
        max_size=3,
    )
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, int(interlaced))
    parts = [SIGNATURE, chunk(b"IHDR", header), *draw(extra)]
    if colour == 3:
        palette = bytes(range(256)) * 3
        parts += [chunk(b"PLTE", palette[: 3 * 2**depth]), chunk(b"tRNS", b"\x80")]
    parts += [chunk(b"IDAT", data[:cut]), chunk(b"IDAT", data[cut:]), *draw(extra)]
    return b"".join([*parts, chunk(b"IEND", b"")])


@st.composite
def pillow_pngs(draw):
    mode = draw(st.sampled_from(["1", "L", "LA", "P", "RGB", "RGBA", "I;16"]))
    size = draw(st.tuples(st.integers(1, 40), st.integers(1, 40)))
    picture = Image.new(mode, size, 1)
    info = PngImagePlugin.PngInfo()
    info.add_text("openbadges", "https://old.example.org/", zip=draw(st.booleans()))
    info.add_itxt("openbadges", "{}", zip=draw(st.booleans()))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", pnginfo=draw(st.sampled_from([None, info])))
    return buffer.getvalue()


PNG = (
    SIGNATURE
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(b"\0\x7f"))
    + chunk(b"IEND", b"")
)


def with_chunk(type, data, image=PNG):
    return image[:33] + chunk(type, data) + image[33:]


def test_the_chunk_is_as_the_specification_says():
    assert chunks_of(bake(PNG, ASSERTION))[1] == (
        b"iTXt",
        b"openbadges\0" + b"\0" + b"\0" + b"\0" + b"\0" + ASSERTION.encode(),
    )


@quick
@given(built_pngs() | pillow_pngs(), documents)
def test_any_document_comes_back_and_no_pixel_changes(image, document):
    baked = bake(image, document)
    assert unbake(baked) == document
    assert unbake(bake(image, document.encode())) == document
    assert pixels(baked) == pixels(image)
    kept = [c for c in chunks_of(image) if not c[1].startswith(b"openbadges\0") or c[0] == b"prVt"]
    header, added, *others = chunks_of(baked)
    assert added[0] == b"iTXt"
    assert [header, *others] == kept


@quick
@given(built_pngs(), documents, documents)
def test_baking_again_leaves_one_chunk(image, first, second):
    once = bake(image, first)
    assert bake(once, first) == once
    assert bake(once, second) == bake(image, second)
    assert strip(once) == strip(image) == image
    assert unbake(strip(once)) is None


def test_a_signed_award_is_its_own_text():
    assert unbake(bake(PNG, JWS)) == JWS


@pytest.mark.parametrize("type", [b"iTXt", b"tEXt", b"zTXt"])
def test_older_chunks_of_any_type_are_replaced(type):
    old = with_chunk(type, b"openbadges\0anything")
    assert bake(old, ASSERTION) == bake(PNG, ASSERTION)


def test_the_address_in_a_very_old_badge_is_read():
    old = with_chunk(b"tEXt", b"openbadges\0https://old.example.org/1")
    assert unbake(old) == "https://old.example.org/1"
    both = with_chunk(b"iTXt", b"openbadges\0\0\0\0\0{}", with_chunk(b"tEXt", b"openbadges\0x"))
    assert unbake(both) == "{}"


def test_a_compressed_foreign_document_is_read():
    data = b"openbadges\0\x01\0en\0titel\0" + zlib.compress(ASSERTION.encode())
    assert unbake(with_chunk(b"iTXt", data)) == ASSERTION


@pytest.mark.parametrize(
    "data",
    [
        b"openbadges\0\x01\0\0\0" + zlib.compress(b" " * 50_000_000),
        b"openbadges\0\x01\0\0\0" + zlib.compress(ASSERTION.encode())[:-6],
        b"openbadges\0\x01\0\0\0not zlib",
        b"openbadges\0\x01\x01\0\0x",
        b"openbadges\0\x02\0\0\0x",
        b"openbadges\0",
        b"openbadges\0\0\0\0",
        b"openbadges\0\0\0\0\0\xff",
    ],
)
def test_a_malformed_or_huge_foreign_document_is_refused(data):
    with pytest.raises(NotBakeable):
        unbake(with_chunk(b"iTXt", data))


@pytest.mark.parametrize("work", [lambda image: bake(image, ASSERTION), unbake, strip])
@pytest.mark.parametrize(
    "image",
    [
        b"",
        SIGNATURE,
        PNG[:-1],
        PNG[:40],
        SIGNATURE + PNG[33:],
        SIGNATURE + chunk(b"IHDR", b"short") + PNG[33:],
        PNG[:33] + PNG[8:],
        PNG[:33] + chunk(b"IEND", b""),
        PNG[:33] + struct.pack(">I", 2**31) + PNG[37:],
        PNG[:33] + chunk(b"t\0xt", b"") + PNG[33:],
        PNG[:33] + chunk(b"IDAT", b"x", crc=1) + PNG[33:],
        b"GIF89a" + PNG,
        b"\xff\xd8\xff\xe0JFIF",
    ],
)
def test_a_broken_file_is_refused(work, image):
    with pytest.raises(NotBakeable):
        work(image)


@quick
@given(st.integers(0, len(PNG)), st.binary(max_size=40))
def test_damage_never_raises_anything_else(position, noise):
    image = bake(PNG, ASSERTION)
    damaged = image[:position] + noise + image[position + len(noise) :]
    try:
        unbake(damaged)
        again = bake(damaged, ASSERTION)
    except NotBakeable:
        assert damaged != image
    else:
        assert unbake(again) == ASSERTION


@pytest.mark.parametrize(
    "document",
    [
        "",
        "text",
        "https://ex.org/1",
        "[]",
        '{"id":3}',
        "{}",
        '{"id":""}',
        "\ud800",
        b"\xff",
        '{"id":"https://ex.org/1","a":"\x00"}',
        '{"id":"https://ex.org/1","a":"\\ud800"}',
        '{"id":"https://ex.org/1","a":NaN}',
        JWS + "\n",
        JWS + ".",
    ],
)
def test_only_an_award_can_be_baked(document):
    with pytest.raises(NotBakeable):
        bake(PNG, document)


def test_what_follows_the_end_is_dropped():
    assert bake(PNG + b"<script>", ASSERTION) == bake(PNG, ASSERTION)


def test_many_chunks_and_many_layers_take_no_time():
    many = PNG[:33] + chunk(b"tEXt", b"a\0b") * 200_000 + PNG[33:]
    begin = time.monotonic()
    assert unbake(bake(many, ASSERTION)) == ASSERTION
    assert time.monotonic() - begin < 5
