"""What drawing an SVG would cost, counted without drawing it: every reference is followed.

Small files can ask for endless work (a `use` of a `use` of a `use`, a pattern drawn with a
pattern); this walk does the same steps, stops at a bound, and finds circles.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from issuer.artwork.allowed import REFERRING, SHAPES, TEXT, XLINK
from issuer.artwork.errors import InvalidArtwork
from issuer.artwork.limits import (
    MAX_COST,
    MAX_ELEMENTS,
    MAX_REFERENCE_DEPTH,
    MAX_RULE_MATCHES,
    MAX_TEXT,
)
from issuer.artwork.numbers import count

_URL = re.compile(r"url\((#[^)]+)\)")
_INHERITED = ("fill", "stroke", "marker", "marker-start", "marker-mid", "marker-end")
_OWN = ("clip-path", "mask", "filter")
_TARGETS = re.compile(r"([.#]?)([\w*-]+)")

Paints = Mapping[str, tuple[str, ...]]  # property: the ids it refers to


def check_complexity(root: Any, pixels: Mapping[str, int]) -> None:
    """Raises InvalidArtwork if drawing is too much work. `pixels`: of each embedded picture."""
    _Walk(root, pixels).visit(root, {}, 0)


class _Walk:
    def __init__(self, root: Any, pixels: Mapping[str, int]) -> None:
        self.pixels = pixels
        self.spent = 0
        self.letters = 0
        self.open: set[Any] = set()
        self.elements = list(root.iter())
        if len(self.elements) > MAX_ELEMENTS:
            raise InvalidArtwork("The SVG is too complex: it has too many elements.")
        self.by_id: dict[str, Any] = {}
        for element in self.elements:
            if element.get("id"):
                self.by_id.setdefault("#" + element.get("id"), element)
        self.rules = _rules(self.elements)
        self.declared = {element: self._declared(element) for element in self.elements}

    def visit(self, element: Any, inherited: Paints, depth: int) -> None:
        """Draw, in the mind, an element with all it holds and all it refers to."""
        if element in self.open:
            raise InvalidArtwork("The SVG refers to itself in a circle.")
        if depth > MAX_REFERENCE_DEPTH:
            raise InvalidArtwork("The SVG is too complex: it is nested too deeply.")
        tag = _tag(element)
        self._spend(self._weight(element, tag))
        self.open.add(element)
        own = self.declared[element]
        paints = {**inherited, **own} if own else inherited
        for child in element:
            self.visit(child, paints, depth + 1)
        self._follow(element, tag, paints, depth)
        for name in _OWN:
            self._draw(own.get(name, ()), depth)
        if tag in SHAPES or tag in TEXT:
            self._paint(element, paints, depth)
        self.open.discard(element)

    def _follow(self, element: Any, tag: str, paints: Paints, depth: int) -> None:
        target = self.by_id.get(_href(element)) if tag in REFERRING else None
        if target is None:
            return
        if tag == "textPath":  # each letter looks for its place on the path
            letters = len("".join(element.itertext()))
            self._spend(letters * count(target.get("d", "")) // 50)
        self.visit(target, paints, depth + 1)

    def _paint(self, element: Any, paints: Paints, depth: int) -> None:
        corners = 1 + count(element.get("d", "") + " " + element.get("points", "")) // 2
        for name, ids in paints.items():
            if name in _OWN:  # not inherited, and followed already
                continue
            before = self.spent
            self._draw(ids, depth)
            if name.startswith("marker"):  # once more at every corner
                self._spend((self.spent - before) * (corners - 1))

    def _draw(self, ids: tuple[str, ...], depth: int) -> None:
        for name in ids:
            target = self.by_id.get(name)
            if target is not None:
                self.visit(target, {}, depth + 1)

    def _spend(self, cost: int) -> None:
        self.spent += cost
        if self.spent > MAX_COST:
            raise InvalidArtwork("The SVG is too complex to draw: please simplify it.")

    def _weight(self, element: Any, tag: str) -> int:
        if tag in SHAPES:
            return 1 + (len(element.get("d", "")) + len(element.get("points", ""))) // 100
        if tag in TEXT:
            letters = len(element.text or "") + sum(len(child.tail or "") for child in element)
            self.letters += letters
            if self.letters > MAX_TEXT:
                raise InvalidArtwork("The SVG contains too much text.")
            return 1 + letters
        if tag == "image":
            return 1 + self.pixels.get(_href(element), 0) // 500
        return 1

    def _declared(self, element: Any) -> dict[str, tuple[str, ...]]:
        """Every paint and effect that attributes, style and rules may give this element."""
        found: dict[str, tuple[str, ...]] = {}
        for name in (*_INHERITED, *_OWN):
            value = element.get(name)
            if value is not None:
                found[name] = tuple(_URL.findall(value))
        for declarations in (_split(element.get("style", "")), *self._matching(element)):
            for name, value in declarations.items():
                found[name] = found.get(name, ()) + tuple(_URL.findall(value))
        return found

    def _matching(self, element: Any) -> Iterator[dict[str, str]]:
        keys = ["*", _tag(element), *("." + name for name in element.get("class", "").split())]
        for key in (*keys, "#" + element.get("id", "")):
            yield from self.rules.get(key, ())


def _rules(elements: list[Any]) -> dict[str, list[dict[str, str]]]:
    """Declarations by the last thing a selector names: more than match, never fewer."""
    rules: dict[str, list[dict[str, str]]] = defaultdict(list)
    selectors = 0
    for sheet in (element for element in elements if _tag(element) == "style"):
        for line in (sheet.text or "").splitlines():
            names, _, body = line.rstrip("}").partition("{")
            declarations = _split(body)
            for selector in names.split(","):
                selectors += 1
                kind, name = _TARGETS.findall(selector.split()[-1].split(">")[-1])[-1]
                if declarations:
                    rules[kind + name].append(declarations)
    if selectors * len(elements) > MAX_RULE_MATCHES:
        raise InvalidArtwork("The SVG has too many style rules.")
    return rules


def _split(declarations: str) -> dict[str, str]:
    pairs = (item.partition(":") for item in declarations.split(";"))
    return {name: value for name, _, value in pairs if name in _INHERITED or name in _OWN}


def _tag(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _href(element: Any) -> str:
    return str(element.get("href") or element.get(f"{{{XLINK}}}href") or "")
