"""Composing a card: a picture and two texts in, a PNG out. Pure: no rows, no storage."""

import io
from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path
from unicodedata import bidirectional, category, east_asian_width

from PIL import Image, ImageDraw, ImageFont

from public.cards import fonts

COMPOSER_VERSION = "1"  # part of every card's key: raise it when the same facts look otherwise
SIZE = WIDTH, HEIGHT = 1200, 630  # 1.91:1, as previews show it
PANEL = 500  # the picture's side of the card
PICTURE = 400
MARGIN = 70
PAPER, INK, MUTED, LAUREL = "#fbfaf7", "#1f2421", "#565f59", "#1f6b43"

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Style:
    """How a text is set: sizes are tried from the largest."""

    sizes: tuple[int, ...]
    lines: int
    bold: bool
    ink: str


TITLE = Style((84, 72, 60, 50, 42), 4, True, INK)
BYLINE = Style((36, 32), 2, False, MUTED)


@dataclass(frozen=True)
class Block:
    """A text broken into lines that fit."""

    lines: list[str]
    font: ImageFont.FreeTypeFont
    style: Style

    @property
    def step(self) -> int:
        return round(self.font.size * 1.22)

    @property
    def height(self) -> int:
        return self.step * len(self.lines)


def compose(*, title: str, byline: str = "", picture: bytes = b"") -> bytes:
    """A card of 1200x630. `picture` is a PNG, or empty."""
    image = opened(picture) if picture else None
    left = PANEL + MARGIN if image else MARGIN + 30
    width = WIDTH - MARGIN - left
    set_texts = (block(title, TITLE, width), block(byline, BYLINE, width))
    blocks = [made for made in set_texts if made]
    card = Image.new("RGB", SIZE, PAPER)
    draw = ImageDraw.Draw(card)
    tint = average(image) if image else as_colour(LAUREL)
    # Without a word beside it the picture has the card to itself.
    panel = (PANEL if blocks else WIDTH) if image else 30
    draw.rectangle((0, 0, panel - 1, HEIGHT), fill=blend(tint, 0.16) if image else LAUREL)
    if image:
        place = ((panel - image.width) // 2, (HEIGHT - image.height) // 2)
        card.paste(image, place, image)
    write(draw, blocks, left, width, rule=blend(tint, 0.75))
    out = io.BytesIO()
    card.save(out, "PNG")
    return out.getvalue()


def opened(picture: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(picture), formats=["PNG"]).convert("RGBA")
    image.thumbnail((PICTURE, PICTURE))
    return image


def average(image: Image.Image) -> Colour:
    """The colour of the picture as a whole: what is transparent does not count."""
    return as_colour(image.convert("RGBa").resize((1, 1), Image.Resampling.BOX).convert("RGBA"))


def as_colour(source: Image.Image | str) -> Colour:
    pixel = Image.new("RGBA", (1, 1), source) if isinstance(source, str) else source
    red, green, blue, _ = pixel.getpixel((0, 0))
    return red, green, blue


def blend(colour: Colour, share: float) -> Colour:
    """This much of a colour on the card's paper."""
    red, green, blue = (
        round(paper + (tone - paper) * share)
        for tone, paper in zip(colour, as_colour(PAPER), strict=True)
    )
    return red, green, blue


def block(text: str, style: Style, width: int) -> Block | None:
    """The text in the largest size in which it stands whole; None where no font has it."""
    setting = fonts.written(text, bold=style.bold)
    if setting is None:
        return None
    words, path = setting
    for size in style.sizes:
        font = fonts.font(path, size, bold=style.bold)
        lines, rest = wrap(words, font, width, style.lines)
        if not rest and not breaks_a_word(words, lines):
            return Block(lines, font, style)
    return Block(shortened(lines, rest, font, width, path), font, style)


def wrap(text: str, font: ImageFont.FreeTypeFont, width: int, most: int) -> tuple[list[str], str]:
    """Lines no wider than `width`, broken at blanks where there are any, and what is left over."""
    lines: list[str] = []
    while text and len(lines) < most:
        fitting = longest_start(text, font, width)
        blank = text.rfind(" ", 0, fitting + 1)
        cut = fitting if fitting == len(text) or blank <= 0 else blank
        lines.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return lines, text


def longest_start(text: str, font: ImageFont.FreeTypeFont, width: int) -> int:
    """How many characters fit, at least one letter; a letter and its marks stay together."""
    ends = [end for end in range(1, len(text)) if category(text[end])[0] != "M"] + [len(text)]
    fitting = bisect_right(ends, width, key=lambda end: font.getlength(text[:end]))
    return ends[max(fitting - 1, 0)]


def breaks_a_word(text: str, lines: list[str]) -> bool:
    """Whether a word was cut. Chinese, Japanese and Korean may be broken anywhere."""
    position = 0
    for line in lines[:-1]:
        position += len(line)
        if text[position] == " ":
            position += 1
        elif east_asian_width(text[position]) not in "WF":
            return True
    return False


def shortened(
    lines: list[str], rest: str, font: ImageFont.FreeTypeFont, width: int, path: Path
) -> list[str]:
    """Say with an ellipsis that text is left over."""
    if not rest:
        return lines
    ellipsis = "…" if ord("…") in fonts.characters(path) else "..."
    last = lines[-1]
    while last and font.getlength(last + ellipsis) > width:
        last = last[:-1].rstrip()
    return [*lines[:-1], last + ellipsis]


def write(
    draw: ImageDraw.ImageDraw, blocks: list[Block], left: int, width: int, *, rule: Colour
) -> None:
    """The blocks one below the other, in the middle of the card, with a short rule between."""
    gap = 60
    y = (HEIGHT - sum(made.height for made in blocks) - gap * (len(blocks) - 1)) // 2
    for number, made in enumerate(blocks):
        rightwards = not is_right_to_left(made.lines[0])
        if number:
            edge = left if rightwards else left + width - 90
            draw.rectangle((edge, y - gap // 2 - 3, edge + 90, y - gap // 2 + 3), fill=rule)
        for line in made.lines:
            x, anchor = (left, "ls") if rightwards else (left + width, "rs")
            baseline = y + round(made.font.size * 0.95)
            draw.text((x, baseline), line, made.style.ink, made.font, anchor)
            y += made.step
        y += gap


def is_right_to_left(text: str) -> bool:
    """By the first letter that has a direction, as bidirectional text is laid out."""
    strong = (kind for kind in map(bidirectional, text) if kind in ("L", "R", "AL"))
    return next(strong, "L") != "L"
