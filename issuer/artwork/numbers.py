"""Numbers in SVG attributes: none is infinite, none is larger than a picture needs."""

import math
import re

from issuer.artwork.allowed import CEILINGS
from issuer.artwork.errors import InvalidArtwork
from issuer.artwork.limits import MAX_NUMBER

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?", re.ASCII)
_PLAIN = re.compile(r"[-+\w.,%()\s]*", re.ASCII)
_NOT_A_NUMBER = re.compile(r"nan|inf", re.IGNORECASE)
_LENGTH = re.compile(rf"\s*({_NUMBER.pattern})\s*(px|pt|pc|mm|cm|in|em|rem|ex)?\s*", re.ASCII)
_PIXELS = {
    None: 1.0,
    "px": 1.0,
    "pt": 4 / 3,
    "pc": 16.0,
    "mm": 96 / 25.4,
    "cm": 96 / 2.54,
    "in": 96.0,
    "em": 16.0,
    "rem": 16.0,
    "ex": 8.0,
}


def in_range(value: float, ceiling: float = MAX_NUMBER) -> float:
    """The number itself. Raises InvalidArtwork when no picture needs it."""
    if not math.isfinite(value) or abs(value) > ceiling:
        raise InvalidArtwork("The SVG contains a number that is far too large.")
    return value


def clean_numbers(name: str, value: str) -> str | None:
    """A numeric attribute as it was, or None if it is something else. Raises InvalidArtwork."""
    if not _PLAIN.fullmatch(value):
        return None
    if _NOT_A_NUMBER.search(value):
        raise InvalidArtwork("The SVG contains something that should be a number and is not.")
    ceiling = CEILINGS.get(name, MAX_NUMBER)
    for number in _NUMBER.findall(value):
        in_range(float(number), ceiling)
    return value


def count(value: str) -> int:
    """How many numbers stand in a path or a list of points."""
    return sum(1 for _ in _NUMBER.finditer(value))


def total(value: str) -> float:
    """The sum of a list of numbers."""
    return sum(float(number) for number in _NUMBER.findall(value))


def pixels(length: str | None) -> float | None:
    """A length in CSS pixels; None for none, for percentages and for nonsense."""
    match = _LENGTH.fullmatch(length or "")
    if match is None:
        return None
    value = float(match[1]) * _PIXELS[match[2]]
    return value if math.isfinite(value) and value > 0 else None


def box(value: str | None) -> tuple[float, float, float, float] | None:
    """A viewBox; None when it is none."""
    found = [float(number) for number in _NUMBER.findall(value or "")]
    return (found[0], found[1], found[2], found[3]) if len(found) == 4 else None
