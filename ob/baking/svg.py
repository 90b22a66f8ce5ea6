"""Baking into SVG: an openbadges:assertion element as first child of <svg>.

The file is written anew as UTF-8. It is not made safe here: sanitise uploads before baking.
"""

from __future__ import annotations

import re
from typing import Any

from lxml import etree  # type: ignore[import-untyped, unused-ignore]

from ob.baking.payload import NotBakeable, Payload

NAMESPACE = "http://openbadges.org"
_PREFIX = "openbadges"  # readers look for the literal prefix, not for the namespace
_ELEMENT = f"{{{NAMESPACE}}}assertion"
_SVG = "{http://www.w3.org/2000/svg}svg"
# A document type with declarations of its own can define entities; one that only points to
# the SVG DTD is harmless, as it is never loaded.
_DECLARATIONS = re.compile(rb"<!ENTITY|<!ATTLIST|<!DOCTYPE[^>\[]*\[")
_BEGINNING = b"<?xml version='1.0' encoding='UTF-8'?>\n"
_WINDOW = 256  # readers search <svg this far


def bake(image: bytes, payload: Payload) -> bytes:
    """Raises NotBakeable for what is not a well-formed, self-contained SVG."""
    old, after = _parse(image)
    _remove_baked(old)
    root = _copy_root(old, {**old.nsmap, _PREFIX: NAMESPACE})
    try:
        element = etree.SubElement(root, _ELEMENT)
        # a signed award is all in `verify`; a hosted one has its address there
        element.set("verify", payload.text if payload.id is None else payload.id)
        if payload.id is not None:
            element.text = etree.CDATA(_fit_for_xml(payload.text))
    except ValueError as error:
        raise NotBakeable("The document holds characters that XML cannot carry.") from error
    element.tail = old.text
    root.extend(list(old))
    return _serialise(root, after)


def strip(image: bytes) -> bytes:
    old, after = _parse(image)
    _remove_baked(old)
    nsmap = {prefix: uri for prefix, uri in old.nsmap.items() if prefix != _PREFIX}
    root = _copy_root(old, nsmap)
    root.text = old.text
    root.extend(list(old))
    return _serialise(root, after)


def unbake(image: bytes) -> str | None:
    """The first element's text; where it has none, its `verify` (a JWS, or an address)."""
    root, _ = _parse(image)
    for element in _baked(root):
        text = "".join(element.itertext()).strip()
        return text or element.get("verify") or None
    return None


def _parse(image: bytes) -> tuple[Any, list[Any]]:
    """The <svg> element, and the comments around it. No DTD, no entities, no network, no bombs."""
    if image.lstrip()[:1] != b"<" and not image.startswith(
        (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
    ):
        raise NotBakeable("The file is neither PNG nor SVG.")
    # without its NULs even UTF-16 shows its declarations
    if _DECLARATIONS.search(image.replace(b"\0", b"")):
        raise NotBakeable("The SVG file declares entities, which is not allowed.")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        recover=False,
        strip_cdata=False,
    )
    try:
        root = etree.fromstring(image, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise NotBakeable(f"The SVG file is not well-formed XML: {error}") from error
    dtd = root.getroottree().docinfo.internalDTD
    if dtd is not None and (any(dtd.iterentities()) or any(dtd.iterelements())):
        raise NotBakeable("The SVG file declares entities, which is not allowed.")
    if root.tag != _SVG:
        raise NotBakeable("The file is XML, but not SVG.")
    around = [*reversed(list(root.itersiblings(preceding=True))), *root.itersiblings()]
    return root, [node for node in around if node.tag is etree.Comment]


def _baked(root: Any) -> list[Any]:
    """Baked elements of today, and those of old writers that took the prefix for the name."""
    return [
        element
        for element in root.iter("{*}assertion")
        if element.tag == _ELEMENT or element.prefix == _PREFIX
    ]


def _remove_baked(root: Any) -> None:
    """Drop the elements but keep the text that follows them, in one pass over each parent."""
    baked = set(_baked(root))
    for parent in {element.getparent() for element in baked}:
        before, texts = None, [parent.text or ""]
        for child in list(parent):
            if child in baked:
                texts.append(child.tail or "")
                parent.remove(child)
            else:
                _join_text(parent, before, texts)
                before, texts = child, [child.tail or ""]
        _join_text(parent, before, texts)


def _join_text(parent: Any, before: Any, texts: list[str]) -> None:
    if len(texts) == 1:
        return  # nothing was taken out here: leave text and CDATA as they are
    if before is None:
        parent.text = "".join(texts) or None
    else:
        before.tail = "".join(texts) or None


def _copy_root(old: Any, nsmap: dict[str | None, str]) -> Any:
    """The element without its children: namespace declarations can only be made at birth."""
    one_name = {
        prefix: uri for prefix, uri in nsmap.items() if uri != NAMESPACE or prefix == _PREFIX
    }
    return etree.Element(old.tag, dict(old.attrib), nsmap=one_name)


def _fit_for_xml(json_text: str) -> str:
    """The same JSON without what a CDATA section cannot hold: such can only stand in strings."""
    return (
        json_text.replace("]]>", "]]\\u003e")
        .replace("\ufffe", "\\ufffe")
        .replace("\uffff", "\\uffff")
    )


def _serialise(root: Any, comments: list[Any]) -> bytes:
    """Comments (licences, mostly) move behind the picture: <svg must come early in the file."""
    parts = [etree.tostring(root, encoding="UTF-8", xml_declaration=False, with_tail=False)]
    parts += [
        etree.tostring(node, encoding="UTF-8", xml_declaration=False, with_tail=False)
        for node in comments
    ]
    image: bytes = _BEGINNING + b"\n".join(parts) + b"\n"
    if b"<svg" not in image[:_WINDOW]:
        raise NotBakeable("The SVG file's root must be written <svg>, without a prefix.")
    return image
