"""SVG uploads that mean harm: each is refused, or comes out with nothing of it left."""

# ruff: noqa: E501 (pictures, one a line)

import base64
import contextlib
import gzip
import io
import random
import struct
import subprocess
import sys
import time
import zlib

import pytest
from lxml import etree
from PIL import Image

from issuer.artwork import InvalidArtwork, drawing, prepare, svg

NS = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'


def doc(body: str, attributes: str = 'viewBox="0 0 100 100"') -> bytes:
    return f"<svg {NS} {attributes}>{body}</svg>".encode()


def uses(levels: int, each: int, tag: str = "use") -> str:
    steps = "".join(
        f'<g id="l{n}">' + f'<{tag} href="#l{n - 1}"/>' * each + "</g>" for n in range(1, levels)
    )
    return f'<g id="l0"><rect width="1" height="1"/></g>{steps}<use href="#l{levels - 1}"/>'


def patterns(levels: int, each: int) -> str:
    steps = "".join(
        f'<pattern id="p{n}" width="1" height="1">'
        + f'<rect width="1" height="1" fill="url(#p{n - 1})"/>' * each
        + "</pattern>"
        for n in range(1, levels)
    )
    start = '<pattern id="p0" width="1" height="1"><rect width="1" height="1"/></pattern>'
    return f'{start}{steps}<rect width="9" height="9" fill="url(#p{levels - 1})"/>'


def png_uri(width: int, height: int) -> str:
    def chunk(kind: bytes, body: bytes) -> bytes:
        crc = struct.pack(">I", zlib.crc32(body, zlib.crc32(kind)))
        return struct.pack(">I", len(body)) + kind + body + crc

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    data = header + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    return "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + data).decode()


def small_png_uri(side: int) -> str:
    output = io.BytesIO()
    Image.new("L", (side, side)).save(output, "PNG")
    return "data:image/png;base64," + base64.b64encode(output.getvalue()).decode()


ENTITIES = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))

REFUSED = {
    "billion laughs": f'<!DOCTYPE svg [<!ENTITY e0 "ha">{ENTITIES}]><svg {NS}>&e11;</svg>'.encode(),
    "external entity": (
        f'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg {NS}><text>&x;</text></svg>'
    ).encode(),
    "parameter entity": f'<!DOCTYPE svg [<!ENTITY % x SYSTEM "http://a.test/">%x;]><svg {NS}/>'.encode(),
    "attribute default": f'<!DOCTYPE svg [<!ATTLIST svg onload CDATA "a()">]><svg {NS}/>'.encode(),
    "use bomb": doc(uses(12, 10)),
    "long use chain": doc(uses(500, 1)),
    "pattern bomb": doc(patterns(12, 8)),
    "pattern bomb by style": doc(patterns(12, 8).replace('fill="url', 'style="fill:url').replace(')"', ')"')),
    "pattern bomb by class": doc(
        "<style>" + "".join(f".c{n}{{fill:url(#p{n})}}" for n in range(12)) + "</style>"
        + "".join(
            f'<pattern id="p{n}" width="1" height="1">'
            + f'<rect width="1" height="1" class="c{n - 1}"/>' * 8 + "</pattern>"
            for n in range(12)
        ) + '<rect width="9" height="9" class="c11"/>'
    ),
    "mask bomb": doc(
        "".join(
            f'<mask id="m{n}">' + f'<rect width="9" height="9" mask="url(#m{n - 1})"/>' * 8 + "</mask>"
            for n in range(12)
        ) + '<rect width="9" height="9" mask="url(#m11)"/>'
    ),
    "clip bomb": doc(
        "".join(
            f'<clipPath id="m{n}">' + f'<rect width="9" height="9" clip-path="url(#m{n - 1})"/>' * 8
            + "</clipPath>" for n in range(12)
        ) + '<rect width="9" height="9" clip-path="url(#m11)"/>'
    ),
    "markers at every corner": doc(
        '<marker id="m" markerWidth="1" markerHeight="1">' + '<path d="M0 0h1v1z"/>' * 100 + "</marker>"
        '<path marker-mid="url(#m)" d="M0 0' + "L1 1" * 10_000 + '"/>'
    ),
    "markers by inheritance": doc(
        '<marker id="m">' + '<path d="M0 0h1v1z"/>' * 100 + '</marker><g style="marker-mid:url(#m)">'
        '<path d="M0 0' + "L1 1" * 10_000 + '"/></g>'
    ),
    "use of itself": doc('<g id="a"><use href="#a"/></g>'),
    "use of the root": doc('<use href="#r"/>', 'id="r" viewBox="0 0 9 9"'),
    "pattern in a circle": doc('<pattern id="p"><rect fill="url(#p)"/></pattern><rect fill="url(#p)"/>'),
    "mask in a circle": doc('<mask id="m" mask="url(#m)"/><rect mask="url(#m)"/>'),
    "gradients in a circle": doc('<linearGradient id="a" href="#b"/><linearGradient id="b" href="#a"/>'),
    "deep nesting": doc("<g>" * 5000 + "</g>" * 5000),
    "deep nesting of text": doc("<text>" + "<tspan>" * 200 + "</tspan>" * 200 + "</text>"),
    "too many elements": doc("<g/>" * 20_000),
    "too many attributes": doc("".join('<g id="a" class="b" x="1" y="1" r="1" d="" rx="1"/>' for _ in range(9500))),
    "too much text": doc("<text>" + "W" * 50_000 + "</text>"),
    "text along a long path": doc(
        '<path id="p" d="M0 0' + "L9 9" * 9000 + '"/><text><textPath href="#p">' + "W" * 9000 + "</textPath></text>"
    ),
    "too many bytes": doc("<g>" + " " * 1_100_000 + "</g>"),
    "infinite number": doc('<rect width="1e999" height="1"/>'),
    "not a number": doc('<rect width="nan" height="1"/>'),
    "infinity by style": doc('<rect style="stroke-width:1e999"/>'),
    "infinity by name": doc('<circle r="infinity"/>'),
    "gigantic coordinates": doc('<path d="M0 0L1e30 1e30"/>'),
    "gigantic stroke": doc('<path d="M0 0h1" stroke-width="1e12"/>'),
    "gigantic stroke by style": doc('<path d="M0 0h1" style="stroke-width:1e12"/>'),
    "gigantic viewBox": doc("", 'viewBox="0 0 1e300 1e300"'),
    "gigantic size": doc("", 'width="1e9" height="1e9"'),
    "gigantic font": doc('<text font-size="99999999">W</text>'),
    "empty viewBox": doc("<g/>", 'viewBox="0 0 0 0"'),
    "negative viewBox": doc("<g/>", 'viewBox="0 0 -5 5"'),
    "thread": doc("<g/>", 'width="1000000" height="1"'),
    "endless turbulence": doc('<filter id="f"><feTurbulence numOctaves="99999"/></filter>'),
    "gigantic blur": doc('<filter id="f"><feGaussianBlur stdDeviation="99999"/></filter>'),
    "many style rules": doc("<style>" + "".join(f".c{n}{{fill:red}}" for n in range(9000)) + "</style>"),
    "rules times elements": doc(
        "<style>" + "g g g,*" * 1 + "{fill:red}" + "a,b,c,d,e,f,g{fill:red}" * 150 + "</style>" + "<g/>" * 9000
    ),
    "picture bomb": doc(f'<image href="{png_uri(30_000, 30_000)}" width="9" height="9"/>'),
    "picture just too large": doc(f'<image href="{png_uri(3000, 3000)}" width="9" height="9"/>'),
    "many pictures": doc(f'<image href="{small_png_uri(900)}" width="9" height="9"/>' * 30),
    "one picture many times": doc(
        f'<image id="i" href="{small_png_uri(1000)}" width="9" height="9"/>' + '<use href="#i"/>' * 200
    ),
    "SVGZ": gzip.compress(doc("<g/>")),
    "web page": b"<html><script>alert(1)</script></html>",
    "other XML": b'<rss version="2.0"/>',
    "root of another namespace": b'<svg xmlns="http://www.w3.org/1999/xhtml"/>',
    "broken XML": b"<svg><g></svg>",
    "undeclared prefix": b'<svg xmlns="http://www.w3.org/2000/svg" x:y="1"/>',
    "two roots": doc("") + doc(""),
    "rubbish after": doc("") + b"<script/>",
    "unknown encoding": b'<?xml version="1.0" encoding="x-unknown"?>' + doc(""),
    "wrong UTF-8": doc("<title>\udcff</title>".encode("utf-8", "surrogateescape").decode("latin-1"))[:-12] + b"\xff\xfe</svg>",
    "null bytes": doc("<title>\0</title>"),
    "unknown entity": doc("<text>&nbsp;</text>"),
    "just an angle": b"<",
}  # fmt: skip


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED)
def test_it_refuses_before_it_draws(data: bytes, monkeypatch) -> None:
    monkeypatch.setattr(drawing, "draw", lambda *_: pytest.fail("drawn"))
    began = time.process_time()
    with pytest.raises(InvalidArtwork) as caught:
        prepare(data)
    assert str(caught.value).endswith(".") and str(caught.value)[0].isupper()
    assert time.process_time() - began < 1


EVIL = "https://evil.test/x"
SCRIPT = "javascript:alert(1)"

CLEANED = {
    "script": doc("<script>alert(1)</script><rect/>"),
    "script by link": doc(f'<script xlink:href="{EVIL}"/><script href="{EVIL}"/>'),
    "script of another namespace": doc('<x:script xmlns:x="http://www.w3.org/1999/xhtml">evil</x:script>'),
    "script with a prefix": (
        f'<s:svg xmlns:s="http://www.w3.org/2000/svg"><s:script>alert(1)</s:script></s:svg>'.encode()  # noqa: F541
    ),
    "onload": doc("<g/>", 'viewBox="0 0 9 9" onload="alert(1)"'),
    "events": doc('<rect onclick="alert(1)" onmouseover="alert(1)" onbegin="alert(1)" ONLOAD="alert(1)"/>'),
    "foreignObject": doc('<foreignObject><body xmlns="http://www.w3.org/1999/xhtml"><iframe src="evil"/></body></foreignObject>'),
    "web page inside": doc('<h:iframe xmlns:h="http://www.w3.org/1999/xhtml" src="https://evil.test/"/>'),
    "link to script": doc(f'<a href="{SCRIPT}"><rect/></a><a xlink:href="{SCRIPT}"><text>a</text></a>'),
    "link to script, spaced": doc('<a href=" java&#10;script:alert(1)"><rect/></a>'),
    "link to data": doc('<a href="data:text/html,&lt;script>alert(1)&lt;/script>"><rect/></a>'),
    "use of elsewhere": doc(f'<use href="{EVIL}#a"/><use xlink:href="{EVIL}#a"/><use href="//evil.test/#a"/>'),
    "use of data": doc('<use href="data:image/svg+xml;base64,PHN2Zy8+#a"/>'),
    "picture elsewhere": doc(f'<image href="{EVIL}"/><image xlink:href="file:///etc/passwd"/>'),
    "picture that is an SVG": doc('<image href="data:image/svg+xml;base64,PHN2Zy8+"/>'),
    "picture that says PNG and is SVG": doc('<image href="data:image/png;base64,PHN2Zy8+"/>'),
    "feImage": doc(f'<filter id="f"><feImage href="{EVIL}"/></filter>'),
    "two links": doc(f'<g id="a"/><use href="#a" xlink:href="{EVIL}"/><use xlink:href="#a" href="{EVIL}"/>'),
    "animated link": doc('<a><animate attributeName="href" values="javascript:alert(1)"/><set attributeName="xlink:href" to="javascript:alert(1)"/></a>'),
    "handler": doc('<handler xmlns:ev="http://www.w3.org/2001/xml-events" ev:event="load">alert(1)</handler><listener/>'),
    "style import": doc(f'<style>@import url("{EVIL}"); rect{{fill:red}}</style><style>@import "{EVIL}";</style>'),
    "style import, escaped": doc("<style>@\\69mport 'https://evil.test/x'; @IMPORT 'https://evil.test/';</style>"),
    "style from elsewhere": doc(f'<style>rect{{fill:url({EVIL});background:url("{EVIL}")}}</style>'),
    "style from elsewhere, escaped": doc("<style>rect{fill:u\\72l(https://evil.test/x);fill:\\75rl('https://evil.test/')}</style>"),
    "style by image-set": doc(f'<style>rect{{background:image-set("{EVIL}" 1x);background-image:image("{EVIL}")}}</style>'),
    "style in comments": doc("<style>rect{fill:ur/**/l(https://evil.test/)} /* </style><script>evil</script> <style> */</style>".replace("</style><script>evil</script> <style>", "evil")),
    "style that ends early": doc("<style><![CDATA[ rect{fill:red} </style><script>alert(1)</script> ]]></style>"),
    "style by expression": doc('<rect style="width:expression(alert(1));behavior:url(https://evil.test/);-moz-binding:url(https://evil.test/)"/>'),
    "style attribute from elsewhere": doc(f'<rect style="fill:url({EVIL}#a);filter:url(\'{EVIL}\');cursor:url({EVIL})"/>'),
    "font from elsewhere": doc(f'<style>@font-face{{font-family:x;src:url({EVIL})}}</style><font-face-uri href="{EVIL}"/>'),
    "custom property": doc(f'<style>:root{{--x:url({EVIL})}} rect{{fill:var(--x)}}</style>'),
    "spying selector": doc(f'<style>text[x^=a]{{fill:url({EVIL})}} rect:hover{{fill:red}}</style>'),
    "attribute from elsewhere": doc(f'<rect fill="url({EVIL}#a)" mask="url(\'{EVIL}\')" filter="url(evil.svg#f)" cursor="url({EVIL})"/>'),
    "stylesheet instruction": b'<?xml-stylesheet href="https://evil.test/x.css"?>' + doc("<?php evil ?><!-- evil -->"),
    "DOCTYPE": b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "https://evil.test/svg11.dtd">' + doc("<g/>"),
    "base": doc("<use href='#a'/>", 'viewBox="0 0 9 9" xml:base="https://evil.test/"'),
    "foreign badge": doc('<openbadges:assertion xmlns:openbadges="http://openbadges.org" verify="https://evil.test/"><![CDATA[{"evil":1}]]></openbadges:assertion>'),
    "metadata": doc('<metadata><evil xmlns="urn:evil">evil@evil.test</evil></metadata>'),
    "iframe and friends": doc('<iframe src="https://evil.test"/><embed src="evil"/><audio href="evil"/><video href="evil"/><object data="evil"/>'),
    "cursor, view, tref": doc(f'<cursor href="{EVIL}"/><view id="v"/><text><tref href="{EVIL}"/></text>'),
    "mpath": doc(f'<animateMotion><mpath href="{EVIL}"/></animateMotion>'),
    "use of nothing": doc('<use/><use href=""/><use href="#"/><use href="#none"/>'),
    "marker of nothing": doc('<path d="M0 0h9" marker-end="url(#none)" style="marker-mid:url(#gone)"/>'),
    "finest dashes": doc('<path d="M-9999 0h99999" stroke="red" stroke-dasharray="1e-7"/><path d="M-9999 0h99999" style="stroke:red;stroke-dasharray:0.0000001,0.0000001"/>'),
    "finest dashes by rule": doc("<style>path{stroke:red;stroke-dasharray:.0000001}</style><path d='M-9999 0h99999'/>"),
    "infinity by keyword": doc('<rect stroke-width="inf" opacity="NaN" style="opacity:-infinity"/>'),
    "escapes everywhere": doc("<style>.\\40 import{fill:\\40 x} a\\{b{fill:red} r{x:1\\40;stroke-width:1\\40;fill:'\\27);@import'}</style>"),
    "tiny pattern": doc('<pattern id="p" patternUnits="userSpaceOnUse" width=".00001" height=".00001"><rect width="1" height="1"/></pattern><rect width="99" height="99" fill="url(#p)"/>'),
    "UTF-16 script": doc("<script>alert(1)</script><rect/>").decode().encode("utf-16"),
    "UTF-16 without a mark": ('<?xml version="1.0" encoding="UTF-16LE"?>' + doc("<script>evil</script>").decode()).encode("utf-16-le"),
}  # fmt: skip


@pytest.mark.parametrize("data", CLEANED.values(), ids=CLEANED)
def test_nothing_of_it_is_left(data: bytes) -> None:
    began = time.process_time()
    made = svg.clean(data)
    elapsed = time.process_time() - began
    text = made.data.decode().lower()
    for trace in ("evil", "alert", "script", "import", "expression", "file:", "behavior", "onload"):
        assert trace not in text
    assert_safe(made.data)
    assert elapsed < 1
    assert svg.clean(made.data).data == made.data


@pytest.mark.parametrize(
    "name",
    ["script", "onload", "use of nothing", "marker of nothing", "finest dashes", "tiny pattern"]
    + ["finest dashes by rule", "picture elsewhere", "UTF-16 script"],
)
def test_what_is_left_is_drawn_in_a_second(name: str, monkeypatch) -> None:
    monkeypatch.setattr(drawing, "CPU_SECONDS", 1)
    assert prepare(CLEANED[name]).kind == "svg"


def assert_safe(data: bytes) -> None:
    """The reviewer's list, written independently of the code's."""
    assert data.startswith(b'<svg xmlns="http://www.w3.org/2000/svg"')
    for node in etree.fromstring(data).iter():
        assert isinstance(node.tag, str), "comments, instructions, entities"
        name = etree.QName(node)
        assert name.namespace == "http://www.w3.org/2000/svg"
        assert name.localname.lower() not in {
            *("script", "foreignobject", "iframe", "animate", "set", "handler", "a", "feimage"),
            *("animatetransform", "animatemotion", "mpath", "embed", "object", "audio", "video"),
        }
        for key, value in node.attrib.items():
            assert not key.lower().startswith("on")
            if key.endswith("href"):
                assert value.startswith(("#", "data:image/png;base64,", "data:image/jpeg;base64,"))
            else:
                assert value.count("url(#") == value.lower().count("url(")
        if name.localname == "style":
            assert "@" not in (node.text or "") and "\\" not in (node.text or "")


def test_the_second_reading_catches_what_the_first_let_pass() -> None:
    for body in (
        "<script/>",
        '<g onclick="a"/>',
        f'<use href="{EVIL}"/>',
        '<g style="fill:url(//evil.test)"/>',
        "<style>@import 'a'</style>",
        "<!-- --><x/>",
        '<g xmlns="urn:x"/>',
        '<image href="data:image/svg+xml;base64,AA"/>',
    ):
        with pytest.raises(InvalidArtwork, match="could not be made safe"):
            svg.verify(doc(body))
    svg.verify(doc('<g style="fill:url(#a)"/>'))


def test_damage_anywhere_never_crashes() -> None:
    chance = random.Random(3)  # noqa: S311
    corpus = [data for data in CLEANED.values() if b"utf-16" not in data.lower()]
    pieces = [b"<", b">", b'"', b"url(", b"#a", b"\\", b"{", b"}", b"&#0;", b"9e9", b"use", b"]]>"]
    pieces += [b"style", b"href=", b"<style>", b"</style>", b"/*", b"@", b"!", b"data:", b"\xff"]
    for _ in range(2000):
        data = chance.choice(corpus)
        for _ in range(chance.randint(1, 3)):
            place, length = chance.randrange(len(data)), chance.randrange(6)
            data = data[:place] + chance.choice(pieces) + data[place + length :]
        with contextlib.suppress(InvalidArtwork):
            assert_safe(svg.clean(data).data)


def test_drawing_is_stopped_by_the_clock(monkeypatch) -> None:
    """What slips through the counts: thousands of huge curves keep the drawer busy."""
    chance = random.Random(1)  # noqa: S311
    numbers = [str(chance.randint(-999_999, 999_999)) for _ in range(60_000)]
    curves = f'<path d="M0 0C{" ".join(numbers)}" stroke="red" fill="none" stroke-width="9"/>'
    monkeypatch.setattr(drawing, "CPU_SECONDS", 1)
    with pytest.raises(InvalidArtwork, match="too complex|too long"):
        drawing.draw(doc(curves), 100, 100, ((400, 400),))
    monkeypatch.setattr(drawing, "WALL_SECONDS", 0.3)
    with pytest.raises(InvalidArtwork, match="too complex|too long"):
        drawing.draw(doc(curves), 100, 100, ((400, 400),))


def test_drawing_is_stopped_by_its_memory(monkeypatch) -> None:
    monkeypatch.setattr(drawing, "MEMORY_BYTES", 160 * 1024 * 1024)
    body = f'<image width="100" height="100" href="{png_uri(8000, 8000)}"/>'
    with pytest.raises(InvalidArtwork):
        drawing.draw(doc(body), 100, 100, ((400, 400),))


def test_drawing_fetches_nothing(tmp_path) -> None:
    """Given the raw document, past all cleaning, the drawer still opens no file and no socket."""
    secret = tmp_path / "secret.png"
    Image.new("RGB", (50, 50), "red").save(secret)
    body = f'<image width="100" height="100" href="{secret.as_uri()}"/>'
    with pytest.raises(InvalidArtwork, match="cannot be drawn"):
        drawing.draw(doc(body), 100, 100, ((400, 400),))


def test_a_broken_installation_is_no_fault_of_the_picture(monkeypatch) -> None:
    monkeypatch.setattr(drawing, "_CHILD", drawing._CHILD.with_name("missing.py"))
    with pytest.raises(RuntimeError, match="does not work here"):
        drawing.draw(doc(""), 100, 100, ((400, 400),))


def test_the_whole_corpus_fits_in_little_memory(tmp_path) -> None:
    """Every hostile SVG, cleaned or refused in one process that may have 600 MB in all."""
    for number, data in enumerate([*REFUSED.values(), *CLEANED.values()]):
        (tmp_path / f"{number}.svg").write_bytes(data)
    code = (
        "import pathlib, resource, sys\n"
        "limit = 600 * 1024 * 1024\n"
        "resource.setrlimit(resource.RLIMIT_AS, (limit, limit))\n"
        "from issuer.artwork import InvalidArtwork, svg\n"
        "for path in pathlib.Path(sys.argv[1]).glob('*.svg'):\n"
        "    try:\n"
        "        svg.clean(path.read_bytes())\n"
        "    except InvalidArtwork:\n"
        "        pass\n"
        "print('done')\n"
    )
    root = str(drawing._CHILD.parents[2])
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code, str(tmp_path)], cwd=root, capture_output=True, text=True
    )
    assert done.stdout == "done\n", done.stderr
