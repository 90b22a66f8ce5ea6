"""Ordinary SVGs, as drawing programs write them, look the same after cleaning as before."""

# ruff: noqa: E501 (pictures, one a line)

import base64
import hashlib
import io

import pytest
from cairosvg.surface import PNGSurface
from lxml import etree
from PIL import Image, ImageChops

from issuer.artwork import prepare, svg

NS = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'


def doc(body: str, attributes: str = 'viewBox="0 0 100 100"') -> bytes:
    return f"<svg {NS} {attributes}>{body}</svg>".encode()


def picture(kind: str) -> str:
    output = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").resize((20, 20)).save(output, kind)
    data = base64.b64encode(output.getvalue()).decode()
    return f"data:image/{kind.lower()};base64,\n{data[:60]}\n{data[60:]}"


GRADIENTS = (
    '<defs><linearGradient id="base"><stop offset="0" style="stop-color:#e11;stop-opacity:.9"/>'
    '<stop offset="100%" stop-color="navy"/></linearGradient>'
    '<linearGradient xlink:href="#base" id="g" gradientUnits="userSpaceOnUse" x2="100"'
    ' gradientTransform="rotate(30)"/><radialGradient id="r" cx="50%" cy="50%" r="60%"'
    ' xlink:href="#base"/></defs>'
)

INKSCAPE = f"""<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<!-- Created with a drawing program -->
<svg width="90mm" height="60mm" viewBox="0 0 90 60" version="1.1" id="svg5"
   sodipodi:docname="badge.svg" inkscape:version="1.2"
   xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape"
   xmlns:sodipodi="http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd" {NS}>
  <sodipodi:namedview id="base" pagecolor="#ffffff"/>
  {GRADIENTS}
  <g inkscape:label="Layer 1" inkscape:groupmode="layer" id="layer1" transform="translate(5,3)">
    <path style="fill:url(#g);fill-rule:evenodd;stroke:#000000;stroke-width:.26px;stroke-linecap:butt"
       d="M 5,5 C 20,0 60,60 70,10 L 30,40 Z" id="path1" sodipodi:nodetypes="cccc"/>
    <text xml:space="preserve" id="t" x="10" y="50" style="font-style:normal;font-weight:bold;
 font-size:9px;line-height:1.25;font-family:'DejaVu Sans';-inkscape-font-specification:'DejaVu';
 fill:#008000;stroke:none"><tspan sodipodi:role="line" x="10" y="50">Well  done</tspan></text>
  </g>
</svg>
""".encode()

ILLUSTRATOR = f"""<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<svg version="1.1" id="Layer_1" {NS} x="0px" y="0px" viewBox="0 0 200 200"
 style="enable-background:new 0 0 200 200;" xml:space="preserve">
<style type="text/css">
\t.st0{{fill:#FFCC00;stroke:#333333;stroke-width:4;stroke-miterlimit:10;}}
\t.st1{{clip-path:url(#SVGID_2_);fill:#0066CC;}}
\tg .st2, #x-1 > .st3{{font-family:'DejaVuSans', serif; font-size:24px;}}
</style>
<switch><foreignObject requiredExtensions="http://ns.adobe.com/AdobeIllustrator/10.0/" width="1"
 height="1"></foreignObject><g id="x-1">
<circle class="st0" cx="100" cy="100" r="90"/>
<g><defs><rect id="SVGID_1_" x="40" y="40" width="90" height="70"/></defs>
<clipPath id="SVGID_2_"><use xlink:href="#SVGID_1_" style="overflow:visible;"/></clipPath>
<polygon class="st1" points="30,30 180,60 90,190"/></g>
<text transform="matrix(1 0 0 1 60 160)"><tspan class="st2">A</tspan><tspan class="st2">V</tspan></text>
</g></switch></svg>""".encode()

GOOD = {
    "shapes": doc(
        '<rect x="5" y="5" width="30" height="20" rx="4" fill="#c00"/><circle cx="60" cy="20" r="12"'
        ' fill="rgb(0,120,10)" fill-opacity=".5"/><ellipse cx="30" cy="60" rx="20" ry="10"/>'
        '<line x1="1" y1="99" x2="99" y2="70" stroke="#00f8" stroke-width="3" stroke-dasharray="5 2"/>'
        '<polyline points="50,50 60,70 70,50" fill="none" stroke="hsl(120,50%,50%)"/>'
        '<polygon points="80,80 95,80 90,95"/><path d="M10 90a5 5 0 0 1 10 0z" opacity="0.5"/>'
    ),
    "gradients": doc(f'{GRADIENTS}<rect width="60" height="90" fill="url(#g)"/>'
                     '<circle cx="70" cy="60" r="28" style="fill:url(\'#r\');stroke:url(&quot;#g&quot;)"/>'),
    "clip and mask": doc(
        '<clipPath id="c"><circle cx="50" cy="50" r="30"/></clipPath><mask id="m" maskUnits='
        '"userSpaceOnUse" x="0" y="0" width="100" height="100"><rect width="60" height="100" fill="#fff"/>'
        '</mask><g clip-path="url(#c)"><rect width="100" height="100" fill="red" mask="url(#m)"/></g>'
    ),
    "pattern": doc('<pattern id="p" width="10" height="10" patternUnits="userSpaceOnUse">'
                   '<circle cx="5" cy="5" r="3" fill="teal"/></pattern><rect width="90" height="90" fill="url(#p)"/>'),
    "use and symbol": doc(
        '<defs><symbol id="s" viewBox="0 0 10 10"><path d="M0 0h10v10z"/></symbol><g id="g"><rect'
        ' width="9" height="9"/></g></defs><use xlink:href="#s" width="30" height="30"/>'
        '<use href="#g" x="50" y="40" fill="red" transform="rotate(10)"/>'
    ),
    "markers": doc('<marker id="m" viewBox="0 0 10 10" refX="5" refY="5" markerWidth="6" markerHeight="6"'
                   ' orient="auto"><path d="M0 0L10 5L0 10z"/></marker><path d="M10 10L60 20L80 80"'
                   ' fill="none" stroke="#000" marker-end="url(#m)" marker-mid="url(#m)"/>'),
    "text": doc('<text x="5" y="30" font-family="DejaVu Sans, sans-serif" font-size="14" text-anchor="start">'
                'Grüße <tspan fill="red" dy="5">und</tspan><tspan font-weight="bold">fett</tspan> Ende</text>'
                '<path id="arc" d="M10 80Q50 50 90 80" fill="none"/><text font-size="8"><textPath '
                'xlink:href="#arc" startOffset="10%">along a path</textPath></text>'),
    "embedded PNG": doc(f'<image width="80" height="60" x="5" y="5" xlink:href="{picture("PNG")}"/>'),
    "embedded GIF": doc(f'<image width="80" height="60" href="{picture("GIF")}"/>'),
    "style element": doc(
        "<style><![CDATA[ .a, g > .b { fill: #06c; stroke: black } #c{fill:url(#g) !important}"
        " rect{opacity:.7} ]]></style>" + GRADIENTS + '<rect class="a" width="40" height="40"/><g><rect'
        ' class="x b" x="50" width="40" height="40"/></g><rect id="c" y="50" width="40" height="40"/>'
    ),
    "style attribute": doc('<rect width="80" height="50" style="fill : #0a0 ; stroke:RED;stroke-width: 2px"/>'),
    "nested svg": doc('<svg x="10" y="10" width="50" height="50" viewBox="0 0 5 5"><rect width="4" height="4"/></svg>'),
    "link": doc('<a xlink:href="https://a.test/"><rect width="50" height="50" fill="red"/></a>'),
    "Inkscape": INKSCAPE,
    "Illustrator": ILLUSTRATOR,
    "width and height only": doc('<rect width="90" height="40" fill="red"/>', 'width="120" height="60px"'),
    "no size at all": doc('<rect width="90" height="40" fill="red"/>', ""),
    "percent": doc('<rect width="9" height="4"/>', 'width="100%" height="100%" viewBox="0 0 9 9"'),
    "prefixed": f'<s:svg xmlns:s="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><s:rect width="5" height="5"/></s:svg>'.encode(),  # noqa: F541
    "latin-1": b'<?xml version="1.0" encoding="ISO-8859-1"?>' + doc('<text y="50" font-size="40">äöü</text>').decode().encode("latin-1"),
    "UTF-16": doc('<text y="50" font-size="40">äöü</text>').decode().encode("utf-16"),
    "byte order mark": b"\xef\xbb\xbf" + doc('<rect width="50" height="50"/>'),
    "blanks before": b"\n  " + doc('<rect width="50" height="50"/>'),
}  # fmt: skip


def drawn(data: bytes, width: int, height: int) -> Image.Image:
    made = PNGSurface.convert(bytestring=data, output_width=width, output_height=height)
    return Image.open(io.BytesIO(made)).convert("RGBA")


def difference(one: Image.Image, other: Image.Image) -> int:
    return max(top for _, top in ImageChops.difference(one, other).getextrema())


@pytest.mark.parametrize("name", [name for name in GOOD if name != "no size at all"])
def test_it_looks_the_same(name: str) -> None:
    source = GOOD[name].lstrip()
    before, after = drawn(source, 300, 200), drawn(svg.clean(GOOD[name]).data, 300, 200)
    assert difference(before, after) <= 1
    assert before.getextrema()[3][1] > 0, "a blank picture proves nothing"


@pytest.mark.parametrize("data", GOOD.values(), ids=GOOD)
def test_cleaning_is_stable_and_well_formed(data: bytes) -> None:
    made = svg.clean(data).data
    assert made == svg.clean(data).data == svg.clean(made).data
    assert made.startswith(b'<svg xmlns="http://www.w3.org/2000/svg"')
    assert etree.fromstring(made).get("viewBox")


def test_an_embedded_photo_stays_a_photo() -> None:
    data = doc(f'<image width="100" height="100" href="{picture("JPEG")}"/>')
    made = svg.clean(data).data
    assert b"data:image/jpeg;base64," in made
    assert difference(drawn(data, 90, 90), drawn(made, 90, 90)) < 16


def test_text_keeps_its_words_together() -> None:
    made = svg.clean(doc("<text>a<tspan>b</tspan><tspan>c</tspan><x/>d<!-- e --> f</text>")).data
    assert b"<text>a<tspan>b</tspan><tspan>c</tspan>d f</text>" in made


def test_a_link_becomes_a_group_and_within_text_a_span() -> None:
    made = svg.clean(doc('<a href="b"><g/></a><text><a href="b">c</a></text>')).data
    assert b"<g><g/></g><text><tspan>c</tspan></text>" in made


def test_a_font_with_an_unlucky_name_is_kept() -> None:
    made = svg.clean(doc('<style>.curly{font-family:Curlz}</style><g class="curly"/>')).data
    assert b".curly{font-family:Curlz}" in made


def test_titles_are_kept_for_those_who_listen() -> None:
    data = doc("<title>A &lt; B</title><desc>For &amp; all</desc>", 'role="img" aria-label="x"')
    made = svg.clean(data).data
    assert b"<title>A &lt; B</title><desc>For &amp; all</desc>" in made
    assert b'role="img" aria-label="x"' in made


@pytest.mark.parametrize(
    ("attributes", "size"),
    [('viewBox="0 0 30 60"', (30, 60)), ('width="50" viewBox="0 0 10 20"', (50, 100))]
    + [('height="50" viewBox="5,5,10,20"', (25, 50)), ('width="1in" height="2.54cm"', (96, 96))]
    + [("", (300, 150)), ('width="50%" height="x" viewBox="0 0 9 8"', (9, 8))],
)
def test_sizes(attributes: str, size: tuple[float, float]) -> None:
    made = svg.clean(doc("", attributes))
    assert (made.width, made.height) == pytest.approx(size)


def test_a_large_size_gives_way_to_the_view_box() -> None:
    made = svg.clean(doc("", 'width="90000" height="45000"'))
    root = etree.fromstring(made.data)
    assert (root.get("width"), root.get("viewBox")) == (None, "0 0 90000 45000")
    assert (made.width, made.height) == (90000, 45000)


def test_prepare_renders_both_sizes() -> None:
    artwork = prepare(doc('<rect width="200" height="100" fill="red"/>', 'viewBox="0 0 200 100"'))
    square, wide = (Image.open(io.BytesIO(data)) for data in (artwork.square, artwork.wide))
    assert (square.size, square.mode, square.getbbox()) == ((400, 400), "RGBA", (0, 100, 400, 300))
    assert (wide.size, wide.getbbox()) == ((764, 400), (0, 9, 764, 391))
    assert square.getpixel((200, 200)) == (255, 0, 0, 255)
    assert artwork.kind == "svg" and artwork.digest == hashlib.sha256(artwork.original).hexdigest()
    assert prepare(artwork.original) == artwork


def test_names_and_declared_types_do_not_count() -> None:
    assert prepare(GOOD["Illustrator"]).kind == "svg"
