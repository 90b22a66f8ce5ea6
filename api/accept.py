"""Content negotiation as a pure function (RFC 9110, 12.5.1): q-values weighed, the most specific
range decides.
"""

from collections.abc import Sequence


def preferred(accept: str, offers: Sequence[str]) -> str | None:
    """The offer that `accept` wants most; ties go to the earlier offer; None when it accepts none
    of them.

    An empty or absent header accepts anything.
    """
    if not accept.strip():
        return offers[0]
    ranges = [parsed for part in accept.split(",") if (parsed := parse_range(part))]
    if not ranges:
        return offers[0]
    weighed = [(quality_of(offer, ranges), -index) for index, offer in enumerate(offers)]
    best, index = max(weighed)
    return offers[-index] if best > 0 else None


def parse_range(part: str) -> tuple[str, str, float] | None:
    """`text/html;q=0.8` as (`text`, `html`, 0.8); None for what is not a media range."""
    media, *parameters = part.split(";")
    kind, slash, subtype = media.strip().lower().partition("/")
    if not slash or not kind or not subtype:
        return None
    quality = 1.0
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                quality = min(max(float(value.strip()), 0.0), 1.0)
            except ValueError:
                quality = 0.0
    return kind, subtype, quality if quality == quality else 0.0


def quality_of(offer: str, ranges: Sequence[tuple[str, str, float]]) -> float:
    """The weight of one offer: its exact type before `type/*` before `*/*`; 0 without a match."""
    kind, _, subtype = offer.partition("/")
    for wanted in ((kind, subtype), (kind, "*"), ("*", "*")):
        weights = [quality for *media, quality in ranges if tuple(media) == wanted]
        if weights:
            return max(weights)
    return 0.0
