"""Composing a card: one size whatever the texts, the same bytes for the same facts, no boxes."""

import io

import pytest
from PIL import Image

from issuer.artwork import prepare
from public.cards import drawing, fonts
from public.cards.drawing import compose, wrap
from tests.support.images import SVG, png

PICTURE = prepare(SVG).square


@pytest.fixture(autouse=True)
def own_font_alone(monkeypatch):
    """What a server without fonts draws: the same on every machine."""
    monkeypatch.setattr(fonts, "FOLDERS", [])
    fonts.system_fonts.cache_clear()
    yield
    fonts.system_fonts.cache_clear()


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


@pytest.mark.parametrize(
    "name",
    [
        "First steps",
        "",
        "x" * 1024,
        "word " * 1000,
        "W" * 100_000,
        "a" + "\u0301" * 100_000,
        "\u202e\u2066\x00\n\r\t",
        "🎓👩‍🔬" * 100,
        "الخطوات الأولى",
        "\ud800 lone surrogate",
        "ﷺ﷽" * 50,
        "東京" * 200,
        "Ελληνικά Кириллица Ünïcödé ễ",
    ],
)
def test_every_name_makes_a_card(name):
    for picture in (PICTURE, b""):
        card = opened(compose(title=name, byline=name, picture=picture))
        assert (card.format, card.size, card.mode) == ("PNG", (1200, 630), "RGB")


def test_the_same_facts_make_the_same_bytes():
    facts = {"title": "First steps", "byline": "University", "picture": PICTURE}
    assert compose(**facts) == compose(**facts)
    assert compose(**facts) != compose(**facts | {"byline": "Academy"})
    assert compose(**facts) != compose(**facts | {"picture": prepare(png()).square})


def test_what_no_font_covers_is_left_out():
    plain = compose(title="", byline="University", picture=PICTURE)
    assert compose(title="東京", byline="University", picture=PICTURE) == plain
    assert compose(title="🎓", byline="University", picture=PICTURE) == plain
    assert compose(title="🎓 Première étape 👩‍🔬") == compose(title="Première étape")


def test_without_a_word_the_picture_stands_in_the_middle():
    card = opened(compose(title="", picture=PICTURE))
    green = [x for x in range(0, 1200, 20) if card.getpixel((x, 200))[0] < 90]
    assert abs((green[0] + green[-1]) / 2 - 600) < 20


def test_a_picture_is_not_made_larger():
    small = io.BytesIO()
    Image.new("RGBA", (40, 40), "#ff0000").save(small, "PNG")
    card = opened(compose(title="First steps", picture=small.getvalue()))
    red = sum(card.getpixel((x, 315)) == (255, 0, 0) for x in range(1200))
    assert red == 40


def columns_with_ink(card: Image.Image, columns: range) -> int:
    paper = drawing.as_colour(drawing.PAPER)
    return sum(any(card.getpixel((x, y)) != paper for y in range(0, 630, 2)) for x in columns)


@pytest.mark.parametrize("name", ["x" * 1024, "word " * 1000, "Öffentlichkeitsarbeit " * 9])
def test_long_names_stay_within_the_margins(name):
    card = opened(compose(title=name, byline=name, picture=PICTURE))
    assert columns_with_ink(card, range(1200 - drawing.MARGIN + 2, 1200)) == 0
    assert columns_with_ink(card, range(drawing.PANEL + 1, drawing.PANEL + drawing.MARGIN - 2)) == 0
    strip = card.crop((drawing.PANEL + 1, 0, 1200, 20))
    assert len(strip.getcolors()) == 1


def test_lines_are_broken_between_words_and_end_in_an_ellipsis():
    font = fonts.font(fonts.OWN, 42, bold=True)
    lines, rest = wrap("the quick brown fox jumps over the lazy dog", font, 400, 2)
    assert all(font.getlength(line) <= 400 for line in lines)
    assert " ".join([*lines, rest]) == "the quick brown fox jumps over the lazy dog"
    short = drawing.shortened(lines, rest, font, 400, fonts.OWN)
    assert short[-1].endswith("…")
    assert font.getlength(short[-1]) <= 400


def test_a_letter_keeps_its_marks():
    font = fonts.font(fonts.OWN, 42, bold=True)
    text = "e\u0323\u0303" * 60
    lines, _ = wrap(text, font, 300, 9)
    assert len(lines) > 1
    assert all(len(line) % 3 == 0 for line in lines)
