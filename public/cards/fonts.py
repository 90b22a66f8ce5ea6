"""Which font writes a text: the one that Laurel brings, for Latin, Greek and Cyrillic; for the rest
those that servers commonly have. What no font covers is not written at all: boxes say nothing.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from struct import error as StructError
from unicodedata import category, combining, normalize

import fontpkg_noto_sans
from fontTools.ttLib import TTFont, TTLibError
from PIL import ImageFont, features

OWN = fontpkg_noto_sans.ROOT / "files/NotoSans[wdth,wght].ttf"
FOLDERS = [Path("/usr/share/fonts"), Path("/usr/local/share/fonts")]
# In the order of trying. DejaVu has much; Noto has a file for each script.
FAMILIES = [r"DejaVuSans", r"NotoSansCJK(?:jp)?", r"Noto(?:Sans|Naskh|Kufi|Serif)\w*"]
REGULAR, BOLD = r"(?:-Regular|-VF|\[[a-z,]+\])?", r"-Bold"
LONGEST = 400  # characters of a text that are looked at; a card has room for fewer
MARKS = 2  # on one letter: a tower of marks would cover the lines around it
JOINERS = "\u200c\u200d"  # they are drawn by joining or not
LOOSE_JOINERS = re.compile(rf"(?:^|\s)[{JOINERS}]+|[{JOINERS}]+(?=\s|$)")  # of emoji that went
NO_JOINERS = str.maketrans("", "", JOINERS)
SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")  # a choice of look: fonts ignore it
SHAPES = features.check("raqm")  # HarfBuzz and FriBidi are there
# From Hebrew to Myanmar, Khmer and Mongolian: wrong where nothing shapes.
SHAPED = re.compile(r"[\u0590-\u109f\u1780-\u18af\ufb1d-\ufdff\ufe70-\ufefc]")


def written(text: str, *, bold: bool) -> tuple[str, Path] | None:
    """As much of a text as a card can show, and the file of a font that has all of it; else None.

    Emoji and other symbols go where the font that has the letters lacks them. Letters do not go:
    half a name is no name.
    """
    plain = presentable(text)
    versions = [version for version in (plain, without_symbols(plain)) if version]
    if SHAPED.search(plain) and not SHAPES:
        return None
    for path in candidates(bold):
        for version in versions:
            if characters(path).issuperset(map(ord, version.translate(NO_JOINERS))):
                return version, path
    return None


def presentable(text: str) -> str:
    """One line of visible characters: no controls, no marks of direction, no towers of marks."""
    kept: list[str] = []
    marks = 0
    joiners = JOINERS if SHAPES else ""
    for character in normalize("NFC", SELECTORS.sub("", text[:LONGEST])):
        marks = marks + 1 if combining(character) else 0
        if character.isspace():
            kept.append(" ")
        elif marks <= MARKS and (category(character)[0] != "C" or character in joiners):
            kept.append(character)
    return " ".join("".join(kept).split())


def without_symbols(text: str) -> str:
    kept = "".join(c for c in text if category(c) not in ("So", "Sk", "Me"))
    return " ".join(LOOSE_JOINERS.sub(" ", kept).split())


def candidates(bold: bool) -> Iterator[Path]:
    yield OWN
    yield from system_fonts(bold)


@lru_cache(maxsize=2)
def system_fonts(bold: bool) -> list[Path]:
    """The server's fonts of known families, best first. Looked up once a process."""
    found = sorted(path for folder in FOLDERS for path in folder.rglob("*.[ot]t[fc]"))
    wanted = [
        re.compile(rf"{family}{weight}\.(?:ttf|otf|ttc)")
        for family in FAMILIES
        for weight in ((BOLD, REGULAR) if bold else (REGULAR, BOLD))
    ]
    return [path for pattern in wanted for path in found if pattern.fullmatch(path.name)]


@lru_cache(maxsize=16)
def characters(path: Path) -> frozenset[int]:
    """The code points that a font has; none of a file that cannot be read."""
    try:
        with path.open("rb") as file, TTFont(file, fontNumber=0, lazy=True) as font:
            return frozenset(font.getBestCmap() or ())
    except (OSError, TTLibError, StructError, LookupError, ValueError, AssertionError):
        return frozenset()


def font(path: Path, size: int, *, bold: bool) -> ImageFont.FreeTypeFont:
    """A font to measure and draw with. Of the system's fonts the weight is what the file has."""
    made = ImageFont.truetype(str(path), size)
    if path == OWN:
        made.set_variation_by_name("SemiBold" if bold else "Regular")
    return made
