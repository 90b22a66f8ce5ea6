from __future__ import annotations

import json
import time
from xml.dom import minidom

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from ob.baking import NotBakeable, bake, strip, unbake

NS = 'xmlns="http://www.w3.org/2000/svg"'
ASSERTION = '{"id":"https://badges.example.org/public/assertions/1?a=1&b=2","type":"Assertion"}'
JWS = "eyJhbGciOiJSUzI1NiJ9.eyJpZCI6InVybjp1dWlkOjEifQ.c2lnbmF0dXJl_-"
SVG = f'<svg {NS} viewBox="0 0 9 9"><title>Größe</title><path d="M0 0h9v9z"/></svg>'.encode()
quick = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))

anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=60) | st.sampled_from(
    ["]]>", "]]]]>>", "a\x00b", "שלום \u202e", "\U0001f3c5", "\ufffe\uffff", "<!--&amp;-->", "\r\n"]
)
documents = st.builds(
    lambda extra, ascii, indent: json.dumps(
        {"id": "https://ex.org/1", "extra": extra}, ensure_ascii=ascii, indent=indent
    ),
    st.dictionaries(anything, anything | st.integers() | st.none(), max_size=4),
    st.booleans(),
    st.sampled_from([None, 2]),
)
written = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=20
).map(lambda text: text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
svgs = st.builds(
    "{}<svg {} xmlns:xlink='http://www.w3.org/1999/xlink' {}>{}<g id='a'>{}</g><style>{}"
    "</style></svg>{}".format,
    st.sampled_from(
        [
            "",
            "<?xml version='1.0' encoding='UTF-8'?>\n",
            f"<!-- {'licence ' * 60}-->\n",
            "<!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN' 'http://www.w3.org/svg11.dtd'>",
        ]
    ),
    st.just(NS),
    st.sampled_from(
        [
            "",
            "width='9'",
            "xmlns:openbadges='http://openbadges.org'",
            "xmlns:ob='http://openbadges.org'",
            "xmlns:openbadges='urn:other'",
        ]
    ),
    written,
    written | st.just("<use xlink:href='#a'/>\r\n<text> a  b </text>"),
    st.sampled_from(["", "<![CDATA[a > b {}]]>"]),
    st.sampled_from(["", "\n", "<!-- end -->"]),
)


def elements(image):
    return minidom.parseString(image).getElementsByTagName("openbadges:assertion")  # noqa: S318


def picture(image):
    """The drawing as data, without namespace declarations."""
    root = etree.fromstring(image, etree.XMLParser(strip_cdata=True))

    def data(node):
        return (
            node.tag,
            sorted(node.attrib.items()),
            node.text or "",
            node.tail or "",
            [data(child) for child in node if isinstance(child.tag, str)],
        )

    return data(root)


def test_the_element_is_as_the_specification_says():
    baked = bake(SVG, ASSERTION)
    root = minidom.parseString(baked).documentElement  # noqa: S318
    assert root.getAttribute("xmlns:openbadges") == "http://openbadges.org"
    element = root.firstChild
    assert element.tagName == "openbadges:assertion"
    assert element.getAttribute("verify") == json.loads(ASSERTION)["id"]
    (body,) = element.childNodes
    assert body.nodeType == body.CDATA_SECTION_NODE
    assert body.data == ASSERTION
    assert f"<![CDATA[{ASSERTION}]]></openbadges:assertion>".encode() in baked


def test_a_signed_award_is_an_attribute_without_body():
    baked = bake(SVG, JWS)
    (element,) = elements(baked)
    assert element.getAttribute("verify") == JWS
    assert not element.childNodes
    assert unbake(baked) == JWS


@quick
@given(svgs, documents)
def test_any_document_comes_back_and_the_picture_stays(image, document):
    image = image.encode()
    baked = bake(image, document)
    assert json.loads(unbake(baked)) == json.loads(document)
    assert len(elements(baked)) == 1
    assert b"<svg" in baked[:256]
    assert picture(strip(baked)) == picture(image)


@quick
@given(svgs, documents, documents)
def test_baking_again_leaves_one_element(image, first, second):
    once = bake(image.encode(), first)
    assert bake(once, first) == once
    assert bake(once, second) == bake(image.encode(), second)
    assert len(elements(bake(once, second))) == 1
    assert unbake(strip(once)) is None


def test_an_end_of_cdata_inside_the_document_is_escaped():
    document = '{"id":"https://ex.org/1","a":"x]]>y]]]>"}'
    baked = bake(SVG, document)
    assert len(elements(baked)[0].childNodes) == 1
    assert json.loads(unbake(baked)) == json.loads(document)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "windows-1252", "utf-8-sig"])
def test_other_encodings_become_utf_8(encoding):
    declared = encoding.removesuffix("-sig")
    text = f'<?xml version="1.0" encoding="{declared}"?>{SVG.decode()}'
    baked = bake(text.encode(encoding), ASSERTION)
    assert baked.startswith(b"<?xml version='1.0' encoding='UTF-8'?>\n<svg ")
    assert "Größe".encode() in baked
    assert unbake(baked) == ASSERTION


def test_style_sheets_keep_their_cdata():
    style = b"<style><![CDATA[a > b {}]]></style>"
    assert style in bake(SVG.replace(b"<path", style + b"<path"), ASSERTION)


def test_comments_move_behind_the_picture():
    baked = bake(b"<!-- first --><!-- second -->" + SVG + b"<!-- third -->", ASSERTION)
    assert baked.endswith(b"</svg>\n<!-- first -->\n<!-- second -->\n<!-- third -->\n")


def test_other_prefixes_and_places_are_replaced():
    old = (
        f'<svg {NS} xmlns:ob="http://openbadges.org" xmlns:x="http://openbadges.org">a'
        f'<g>b<ob:assertion verify="https://old.example.org/">{{}}</ob:assertion>c</g>'
        f'<z xmlns:openbadges="http://openbadges.org/"><openbadges:assertion/>d</z></svg>'
    ).encode()
    baked = bake(old, ASSERTION)
    assert len(elements(baked)) == 1
    assert b"old.example.org" not in baked
    assert b"<g>bc</g>" in baked
    assert unbake(baked) == ASSERTION


def test_reading_takes_the_body_and_then_the_address():
    old = f'<svg {NS} xmlns:o="http://openbadges.org"><o:assertion verify="https://a/">%s</o:assertion></svg>'
    assert unbake((old % " {} ").encode()) == "{}"
    assert unbake((old % "").encode()) == "https://a/"
    assert unbake(SVG) is None


BOMB = (
    '<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa">'
    + "".join(
        f'<!ENTITY {n} "{"&" + p + ";"}{("&" + p + ";") * 9}">'
        for p, n in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + f"]><svg {NS}>&i;</svg>"
)


@pytest.mark.parametrize("work", [lambda image: bake(image, ASSERTION), unbake, strip])
@pytest.mark.parametrize(
    "image",
    [
        b"<svg",
        b"<svg/>",
        b"<html><svg/></html>",
        b"plain",
        SVG[:-3],
        SVG + b"<svg/>",
        SVG.replace(b"Gr", b"\xff\xff"),
        SVG.replace(b"<title>", b"<title>&nbsp;"),
        b"<?xml version='1.0' encoding='no-such'?>" + SVG,
        BOMB.encode(),
        BOMB.encode("utf-16"),
        f'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg {NS}>&x;</svg>'.encode(),
        f'<!DOCTYPE svg [<!ENTITY % x SYSTEM "http://ex.org/x">%x;]><svg {NS}/>'.encode(),
        f'<!DOCTYPE svg [<!ATTLIST svg onload CDATA "x">]><svg {NS}/>'.encode(),
        f'<!DOCTYPE svg [<!ATTLIST svg onload CDATA "x">]><svg {NS}/>'.encode("utf-16"),
        f"<svg {NS}>".encode() + b"<g>" * 5000 + b"</g>" * 5000 + b"</svg>",
    ],
)
def test_a_broken_or_hostile_file_is_refused(work, image):
    with pytest.raises(NotBakeable):
        work(image)


def test_a_root_with_a_prefix_is_refused():
    with pytest.raises(NotBakeable, match="prefix"):
        bake(b'<s:svg xmlns:s="http://www.w3.org/2000/svg"/>', ASSERTION)


@pytest.mark.parametrize("id", ["https://ex.org/\\u0000", "https://ex.org/\\u0001"])
def test_an_address_that_xml_cannot_carry_is_refused(id):
    with pytest.raises(NotBakeable):
        bake(SVG, f'{{"id":"{id}"}}')


def test_many_elements_take_no_time():
    many = f'<svg {NS} xmlns:openbadges="http://openbadges.org">'.encode()
    many += b"<openbadges:assertion/>x" * 50_000 + b"</svg>"
    begin = time.monotonic()
    assert len(elements(bake(many, ASSERTION))) == 1
    assert time.monotonic() - begin < 5
