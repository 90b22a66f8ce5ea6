"""SVG in, SVG out: a new document is built from what is allowed, then read again and checked.

Removing what is dangerous always forgets something; here what is not known is not copied.
"""

import re
from dataclasses import dataclass
from typing import Any
from xml.parsers import expat

from lxml import etree

from issuer.artwork import allowed, css, numbers
from issuer.artwork.allowed import SVG, XLINK, XML
from issuer.artwork.complexity import check_complexity
from issuer.artwork.embedded import Embedded
from issuer.artwork.errors import InvalidArtwork
from issuer.artwork.limits import (
    MAX_ATTRIBUTES,
    MAX_DEPTH,
    MAX_ELEMENTS,
    MAX_SVG_BYTES,
    MAX_SVG_RESULT_BYTES,
)
from issuer.artwork.mending import mend

_UNREADABLE = "The SVG file is damaged: it cannot be read."
_FRAGMENT = re.compile(r"#[\w.:-]+")
_WORDS = re.compile(r"[^<>&\\]{0,1000}")
_UNSIZED = (300.0, 150.0)  # what browsers take when a picture names no size
_LARGEST_SIDE = 4096.0  # a larger width or height is left out: the viewBox is enough
_PICTURE = re.compile(r"data:image/(?:png|jpeg);base64,[A-Za-z0-9+/]+=*")
_ANY_URL = re.compile(r"url\s*\(", re.IGNORECASE)
_LOCAL_URL = re.compile(r"url\(#[\w.:-]+\)")


@dataclass(frozen=True, slots=True)
class Clean:
    """A safe SVG: UTF-8, no declaration, `<svg xmlns=` first. Width and height in CSS pixels."""

    data: bytes
    width: float
    height: float


def looks_like_xml(data: bytes) -> bool:
    """Whether it may be worth reading as XML, in UTF-8, UTF-16 or an old 8-bit encoding."""
    return data[:512].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xfe\xff \t\r\n").startswith(b"<")


def clean(data: bytes) -> Clean:
    """Rebuild an SVG from the allow-list. Raises InvalidArtwork."""
    if len(data) > MAX_SVG_BYTES:
        raise InvalidArtwork(f"The SVG is larger than {MAX_SVG_BYTES // 1024 // 1024} MB.")
    data = data.lstrip(b" \t\r\n") if data[:1].isspace() else data
    survey(data)
    source = _parse(data)
    if _local(source) != "svg":
        raise InvalidArtwork("The picture must be a PNG or SVG file.")
    rebuilder = _Rebuilder(namespace=etree.QName(source).namespace)
    root = rebuilder.rebuild(source, parent=None)
    width, height = _sized(root)
    mend(root)
    check_complexity(root, rebuilder.embedded.pixels)
    etree.cleanup_namespaces(root)
    result = etree.tostring(root, encoding="unicode").encode()
    verify(result)
    return Clean(result, width, height)


def survey(data: bytes) -> None:
    """A first reading that builds nothing: counts, and refuses what a document type can do."""
    depth = elements = attributes = 0

    def start(_name: str, found: dict[str, str]) -> None:
        nonlocal depth, elements, attributes
        depth, elements, attributes = depth + 1, elements + 1, attributes + len(found)
        if depth > MAX_DEPTH or elements > MAX_ELEMENTS or attributes > MAX_ATTRIBUTES:
            raise InvalidArtwork("The SVG is too complex: please simplify it.")

    def end(_name: str) -> None:
        nonlocal depth
        depth -= 1

    def doctype(_name: str, _system: str | None, _public: str | None, subset: int) -> None:
        if subset:  # a plain DOCTYPE is harmless, and common: it is never loaded
            raise InvalidArtwork("The SVG declares entities: please export it as plain SVG.")

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        if isinstance(error, InvalidArtwork):
            raise
        raise InvalidArtwork(_UNREADABLE) from error


def _parse(data: bytes) -> Any:
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise InvalidArtwork(_UNREADABLE) from error


def _local(element: Any) -> str | None:
    """The name of an SVG element; None for comments, foreign elements and the like."""
    if not isinstance(element.tag, str):
        return None
    name = etree.QName(element)
    return str(name.localname) if name.namespace in (SVG, None) else None


class _Rebuilder:
    """Copies what is allowed of one document into a new one."""

    def __init__(self, namespace: str | None) -> None:
        self.namespace = namespace
        self.embedded = Embedded()

    def rebuild(self, source: Any, parent: Any) -> Any:
        """The element's safe copy, appended to `parent`; None where nothing of it may stay."""
        name = _local(source)
        if name is None or etree.QName(source).namespace != self.namespace:
            return None
        if name == "a":  # a link draws its content; in a picture it leads nowhere
            name = "tspan" if parent is not None and _local(parent) in allowed.TEXT else "g"
        if name not in allowed.ELEMENTS or (name == "style" and not _is_css(source)):
            return None
        attributes = self._attributes(name, source)
        if name == "image" and not _href_of(attributes):
            return None
        tag = f"{{{SVG}}}{name}"
        if parent is None:
            copy = etree.Element(tag, attributes, nsmap={None: SVG, "xlink": XLINK})
        else:
            copy = etree.SubElement(parent, tag, attributes)
        self._fill(copy, name, source)
        return copy

    def _fill(self, copy: Any, name: str, source: Any) -> None:
        if name == "style":
            copy.text = css.clean_stylesheet("".join(source.itertext()))
            return
        if name in allowed.READ:
            copy.text = "".join(source.itertext())
            return
        if name in allowed.TEXT:
            copy.text = source.text
        for child in source:
            added = self.rebuild(child, copy)
            if name in allowed.TEXT and child.tail:
                _append_text(copy, added, child.tail)

    def _attributes(self, name: str, source: Any) -> dict[str, str]:
        kept = {}
        for key, value in source.attrib.items():
            cleaned = self._attribute(name, key, value)
            if cleaned is not None:
                kept[key] = cleaned
        if "href" in kept:
            kept.pop(f"{{{XLINK}}}href", None)
        return kept

    def _attribute(self, element: str, name: str, value: str) -> str | None:
        if name in ("href", f"{{{XLINK}}}href"):
            if element == "image":
                return self.embedded.clean(value)
            target = value.strip()
            fits = element in allowed.REFERRING and _FRAGMENT.fullmatch(target)
            return target if fits else None
        if name == "style":
            return css.clean_style(value) or None
        if name in allowed.NUMERIC:
            return numbers.clean_numbers(name, value)
        if name in allowed.PROPERTIES:
            return css.clean_value(value)
        if name in allowed.WORDS or name in (f"{{{XML}}}space", f"{{{XML}}}lang"):
            return value if _WORDS.fullmatch(value) else None
        return None


def _is_css(style: Any) -> bool:
    kind, media = style.get("type", "text/css"), style.get("media", "all")
    return kind.strip().lower() in ("", "text/css") and media.strip() in ("", "all", "screen")


def _href_of(attributes: dict[str, str]) -> str | None:
    return attributes.get("href") or attributes.get(f"{{{XLINK}}}href")


def _append_text(parent: Any, added: Any, text: str) -> None:
    """Text after a child, also where the child itself was left out."""
    last = added if added is not None else (parent[-1] if len(parent) else None)
    if last is None:
        parent.text = (parent.text or "") + text
    else:
        last.tail = (last.tail or "") + text


def _sized(root: Any) -> tuple[float, float]:
    """Give the root a viewBox, so that it scales, and no monstrous size. Its size in pixels."""
    view = numbers.box(root.get("viewBox"))
    width, height = numbers.pixels(root.get("width")), numbers.pixels(root.get("height"))
    if view is not None and (view[2] <= 0 or view[3] <= 0):
        raise InvalidArtwork("The SVG has no size: its viewBox is empty.")
    if view is None:
        width, height = width or _UNSIZED[0], height or _UNSIZED[1]
        root.set("viewBox", f"0 0 {width:g} {height:g}")
    else:
        ratio = view[2] / view[3]
        if width is None and height is None:
            width, height = view[2], view[3]
        width = width or (height or 1.0) * ratio
        height = height or width / ratio
    if numbers.in_range(max(width, height)) > _LARGEST_SIDE:
        for name in ("width", "height"):
            root.attrib.pop(name, None)
    if max(width, height) / min(width, height) > 1000:
        raise InvalidArtwork("The SVG is far longer in one direction than in the other.")
    return width, height


def verify(data: bytes) -> None:
    """Read the result as a stranger would, and hold it against the rules again."""
    if len(data) > MAX_SVG_RESULT_BYTES or not data.startswith(b'<svg xmlns="'):
        raise InvalidArtwork("The SVG could not be made safe: please simplify it.")
    survey(data)
    for element in _parse(data).iter():
        name = _local(element)
        safe = name in allowed.ELEMENTS and etree.QName(element).namespace == SVG
        if safe and name == "style":
            safe = not re.search(r"[@<\\]|/\*", element.text or "") and _refers_within(element.text)
        if not safe or not all(_is_safe(name, key, value) for key, value in element.items()):
            raise InvalidArtwork("The SVG could not be made safe: please simplify it.")


def _is_safe(element: str | None, name: str, value: str) -> bool:
    if name in ("href", f"{{{XLINK}}}href"):
        pattern = _PICTURE if element == "image" else _FRAGMENT
        return pattern.fullmatch(value) is not None
    if name in (f"{{{XML}}}space", f"{{{XML}}}lang") or name in allowed.WORDS:
        return "<" not in value
    known = name in allowed.NUMERIC or name in allowed.PROPERTIES or name == "style"
    return known and _refers_within(value)


def _refers_within(value: str | None) -> bool:
    """Whether every url() of a value points into the document."""
    text = value or ""
    return len(_ANY_URL.findall(text)) == len(_LOCAL_URL.findall(text))
