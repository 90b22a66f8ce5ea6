"""What is allowed in an SVG but trips those who draw it: references to nothing, endless dashes."""

import re
from typing import Any

from issuer.artwork import numbers
from issuer.artwork.allowed import SVG, XLINK

_FINEST_DASH = 1e-3  # of the picture's size: finer dashes look like a line and take for ever
_DASHES = re.compile(r"stroke-dasharray:([-+\w.,% ]*\d[-+\w.,% ]*)")
_EFFECTS = {
    "clip-path": "clipPath",
    "mask": "mask",
    "filter": "filter",
    "marker": "marker",
    "marker-start": "marker",
    "marker-mid": "marker",
    "marker-end": "marker",
}
_EFFECT = re.compile(rf"\b({'|'.join(_EFFECTS)}):url\((#[^)]+)\)")
_URL = re.compile(r"\s*url\((#[^)]+)\)\s*")


def mend(root: Any) -> None:
    """Change a rebuilt document in place; what it looks like in a browser stays the same."""
    mender = _Mender(root)
    for element in list(root.iter()):
        mender.mend_attributes(element)
        if element.get("style"):
            element.set("style", mender.mended(element.get("style")))
        if element.tag == f"{{{SVG}}}style":
            element.text = mender.mended(element.text or "")
        # A `use` of nothing is read by some as a `use` of the whole document.
        if element.tag == f"{{{SVG}}}use" and _href(element) not in mender.kinds:
            element.getparent().remove(element)


class _Mender:
    def __init__(self, root: Any) -> None:
        view = numbers.box(root.get("viewBox")) or (0.0, 0.0, 1.0, 1.0)
        self.finest = _FINEST_DASH * max(view[2:])
        self.kinds = {"#" + element.get("id", ""): element.tag for element in root.iter()}

    def mended(self, css: str) -> str:
        css = _DASHES.sub(lambda m: "stroke-dasharray:none" if self.too_fine(m[1]) else m[0], css)
        return _EFFECT.sub(lambda m: f"{m[1]}:none" if self.missing(m[1], m[2]) else m[0], css)

    def mend_attributes(self, element: Any) -> None:
        dashes = element.get("stroke-dasharray")
        if dashes and numbers.count(dashes) and self.too_fine(dashes):
            del element.attrib["stroke-dasharray"]
        for effect in _EFFECTS:
            target = _URL.fullmatch(element.get(effect, ""))
            if target and self.missing(effect, target[1]):
                del element.attrib[effect]

    def too_fine(self, dashes: str) -> bool:
        return numbers.total(dashes) < self.finest

    def missing(self, effect: str, target: str) -> bool:
        return bool(self.kinds.get(target) != f"{{{SVG}}}{_EFFECTS[effect]}")


def _href(element: Any) -> str:
    return str(element.get("href") or element.get(f"{{{XLINK}}}href") or "-")
