"""What staff may have filled in: `{recipient_name}` and a few others, replaced literally and once.
Nobody's text is ever taken for a template.
"""

import re
import unicodedata
from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from issuer.texts import TURNING, clean_text

PLACEHOLDERS = ("recipient_name", "badge_name", "issuer_name", "issued_on", "expires")
IN_BRACES = re.compile(r"\{([^{}]*)\}")


def require_known(text: str) -> None:
    """Raises ValidationError that names what stands in braces and means nothing."""
    for name in IN_BRACES.findall(text):
        if name not in PLACEHOLDERS:
            known = ", ".join(f"{{{each}}}" for each in PLACEHOLDERS)
            told = _("There is no placeholder {%(name)s}. There are: %(known)s.")
            raise ValidationError(told % {"name": name[:40], "known": known})


def fill(text: str, values: Mapping[str, str]) -> str:
    """`text` with each placeholder of `values` replaced. What comes in by it is not looked at
    again.
    """
    return IN_BRACES.sub(lambda found: values.get(found[1], found[0]), text)


def one_line(text: str) -> str:
    """For headers and sentences: no line breaks, no control characters, nothing that turns the
    direction of what stands behind it, nothing that a header's reader would decode (RFC 2047).
    """
    plain = clean_text(text).translate(TURNING)
    return " ".join(plain.replace("=?", "= ?").split())


def shortened(text: str, length: int) -> str:
    """At most so many characters, not cut within one that is written with several."""
    if len(text) <= length:
        return text
    cut = text[: length - 1]
    while cut and unicodedata.combining(text[len(cut)]):
        cut = cut[:-1]
    return f"{cut.rstrip()}…"
