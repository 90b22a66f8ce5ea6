"""How the names of people and of their things are kept: as others may be shown them."""

import unicodedata

# They join letters of Persian and of Indian scripts; all else that is not seen is dropped.
JOINERS = "\u200c\u200d"


def one_line(name: str) -> str:
    """Composed (NFC), in one line, without control characters, surrogates, and format characters
    that turn or hide the letters around them (Unicode's bidi controls, zero-width spaces).
    """
    kept = "".join(c for c in name if c.isspace() or is_shown(c))
    return unicodedata.normalize("NFC", " ".join(kept.split())).strip(JOINERS + " ")


def is_shown(character: str) -> bool:
    category = unicodedata.category(character)
    return character in JOINERS or category not in {"Cc", "Cf", "Cs"}
