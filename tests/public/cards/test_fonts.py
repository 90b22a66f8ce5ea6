"""Which font writes a text, and what is not written."""

from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from public.cards import fonts


def make_font(path: Path, characters: str) -> Path:
    """A real font with a square for each of these characters."""
    names = {ord(character): f"c{number}" for number, character in enumerate(characters)}
    order = [".notdef", *names.values()]
    pen = TTGlyphPen(None)
    for command, point in zip(
        (pen.moveTo, pen.lineTo, pen.lineTo, pen.lineTo),
        ((50, 0), (50, 700), (550, 700), (550, 0)),
        strict=True,
    ):
        command(point)
    pen.closePath()
    square = pen.glyph()
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(order)
    builder.setupCharacterMap(names)
    builder.setupGlyf(dict.fromkeys(order, square))
    builder.setupHorizontalMetrics(dict.fromkeys(order, (600, 50)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": path.stem, "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    builder.save(path)
    return path


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An otherwise fontless server with a folder of fonts."""
    monkeypatch.setattr(fonts, "FOLDERS", [tmp_path])
    fonts.system_fonts.cache_clear()
    yield tmp_path
    fonts.system_fonts.cache_clear()


def chosen(text: str, *, bold: bool = False) -> tuple[str, str] | None:
    found = fonts.written(text, bold=bold)
    return (found[0], found[1].name) if found else None


@pytest.mark.parametrize("text", ["Łódź ťhĩs ễ", "Ελληνικά ᾧ", "Кириллица Ѣ", "“quoted” – €20…"])
def test_laurel_brings_latin_greek_and_cyrillic(folder, text):
    assert fonts.written(text, bold=True) == (text, fonts.OWN)


@pytest.mark.parametrize(
    "name",
    [
        "NotoSansCJK-Regular.ttc",
        "NotoSansCJK-VF.ttc",
        "NotoSansJP[wght].ttf",
        "NotoSerifTC-Bold.otf",
    ],
)
def test_other_letters_need_a_font_of_the_server(folder, name):
    assert chosen("漢字") is None
    make_font(folder / name, "漢字")
    fonts.system_fonts.cache_clear()
    assert chosen("漢字") == ("漢字", name)
    assert chosen("漢字ไ") is None


def test_the_weight_that_is_wanted_comes_first(folder):
    for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSansMono.ttf", "Other.ttf"):
        make_font(folder / name, "ა")
    assert chosen("ა", bold=False) == ("ა", "DejaVuSans.ttf")
    assert chosen("ა", bold=True) == ("ა", "DejaVuSans-Bold.ttf")


def test_unknown_families_and_broken_files_are_passed_over(folder):
    make_font(folder / "Wingdings.ttf", "漢")
    (folder / "DejaVuSans.ttf").write_bytes(b"\x00\x01\x00\x00 not a font")
    (folder / "NotoSansCJK-Regular.otf").write_bytes(b"")
    (folder / "NotoSansJP-Regular.ttf").mkdir()
    assert chosen("漢") is None


def test_scripts_that_must_be_shaped_are_left_out_where_nothing_shapes(folder, monkeypatch):
    make_font(folder / "DejaVuSans.ttf", "אبक")
    for letter in "אبक":
        monkeypatch.setattr(fonts, "SHAPES", True)
        assert chosen(letter)
        monkeypatch.setattr(fonts, "SHAPES", False)
        assert chosen(letter) is None
    assert chosen("Latin")


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        ("a\u202eb\u2066c", "abc"),
        ("  a \n\t b\x00 ", "a b"),
        ("o" + "\u0308" * 50, "ö\u0308\u0308"),
        ("1\ufe0f", "1"),
        ("\ud800", ""),
    ],
)
def test_what_cannot_be_seen_goes(given, plain):
    assert fonts.presentable(given) == plain


def test_symbols_go_where_no_font_has_them_and_letters_do_not(folder):
    assert chosen("👩‍🔬 Lab 🎓") == ("Lab", fonts.OWN.name)
    assert chosen("1️⃣ Lab")[0] == "1 Lab"
    assert chosen("🎓") is None
    assert chosen("Lab 漢") is None


def test_letters_choose_the_font_and_symbols_follow(folder):
    make_font(folder / "DejaVuSans.ttf", "Lab♥ ა")
    assert chosen("Lab ♥") == ("Lab", fonts.OWN.name)
    assert chosen("ა ♥") == ("ა ♥", "DejaVuSans.ttf")
    assert chosen("♥") == ("♥", "DejaVuSans.ttf")


def test_no_text_is_too_long(folder):
    assert len(fonts.presentable("a" * 10_000_000)) == fonts.LONGEST
