"""Bodies, images and queries that are bad as a whole: 4xx in the envelope, nothing stored, and a
server that is as before. Bodies that come slowly or never end are test_slow_peers.py's.
"""

import json
import re
import struct
import zlib
from typing import Any

import httpx
import pytest

from tests.support.besieged import World, peaks
from tests.support.images import SVG, data_uri, png
from tests.support.peers import Peer, chunk, head
from tests.support.routes import ROUTES
from tests.support.rubbish import MEGABYTE, PIECES

WRONG = ["name", "revocation_reason", "recipient", "badgeclass", "issuer", "assertions", "role"]
WRONG += ["firstName", "first_name", "email", "url"]
ALL_WRONG = json.dumps(dict.fromkeys(WRONG, 7)).encode()[1:]
BODIES = {
    "nothing": b"",
    "half": b'{"name": "x"',
    "text": b'"x"',
    "number": b"7",
    "null": b"null",
    "list of text": b'["x"]',
    "rubbish after": b"{}{}",
    "byte order mark": b"\xef\xbb\xbf{}",
    "wrong UTF-8": b'{"name": "\xff"}',
    "UTF-16": '{"name": "x"}'.encode("utf-16"),
    "a key twice": b'{"name": "x", "name": "y"}',
    "many unknown keys": b'{"unknown": ' + PIECES["many keys"] + b"," + ALL_WRONG,
    "a thousand levels": b"[" * 1000 + b"]" * 1000,
}  # fmt: skip
TAKEN = {  # a part is enough for a change: nothing is part enough; bulk revocation tells in 200
    "nothing": {
        "change issuer",
        "change class",
        "change webhook",
        "correct award",
        "change self",
        "change self in v1",
    },
    "list of text": {"revoke several"},
}


WHO = {"recipient": {"identity": "grace@example.org"}}
BATCHES = {
    "a thousand with a hundred wrong pieces of evidence each": [WHO | {"evidence": [{}] * 100}]
    * 1000,
    "a thousand with five pictures each": [WHO | {"evidence": [{"narrative": "![x](y)"}] * 5}]
    * 1000,
    "twenty thousand with six wrong fields each": [
        {"recipient": 7, "issuedOn": 7, "expires": 7, "narrative": 7, "evidence": 7, "notify": 7}
    ]
    * 20_000,
    "twenty thousand of nothing": [{}] * 20_000,
    "twenty thousand that are nobody's": [{"recipient": {"identity": "x"}}] * 20_000,
    "too much evidence": [WHO | {"evidence": [{"narrative": "x"}] * 100}] * 1000,
    "hostile Markdown": [WHO | {"narrative": "<b>[" * 4000 + "!["}] * 100,
}


@pytest.mark.parametrize("batch", BATCHES.values(), ids=BATCHES)
def test_a_bad_batch_is_refused(world: World, batch: list[Any]):
    before = world.stored()
    answer = world.send(ROUTES["batch"], json.dumps(batch).encode())
    world.refused(answer)
    assert len(answer.content) < 200_000
    assert world.stored() == before


@pytest.mark.parametrize("name", ROUTES)
def test_a_body_is_refused(world: World, name: str):
    before = world.stored()
    for kind, content in BODIES.items():
        if name not in TAKEN.get(kind, ()):
            world.refused(world.send(ROUTES[name], content))
    assert world.stored() == before


BOUNDARY = "multipart/form-data; boundary=cut"
FIELD = b'--cut\r\nContent-Disposition: form-data; name="name"\r\n\r\nx\r\n'
OTHER_BODIES = {
    "text": ("text/plain", b"{}"),
    "XML": ("application/xml", b"<x/>"),
    "image": ("image/png", png(40, 40)),
    "anything": ("application/octet-stream", b"{}"),
    "no type": ("", b"{}"),
    "nonsense": ("nonsense", b"{}"),
    "multipart without boundary": ("multipart/form-data", FIELD + b"--cut--\r\n"),
    "multipart cut short": (BOUNDARY, FIELD[:-20]),
    "multipart with a wrong boundary": ("multipart/form-data; boundary=other", FIELD + b"--cut--"),
    "multipart of rubbish": (BOUNDARY, b"\x00\xff" * 500),
    "multipart with wrong base64": (
        BOUNDARY,
        b'--cut\r\nContent-Disposition: form-data; name="name"\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\n!!!\r\n--cut--\r\n",
    ),
    "form that contradicts itself": ("application/x-www-form-urlencoded", b"name=x&name.y=z"),
    "form with NUL": ("application/x-www-form-urlencoded", b"name=a%00b"),
    "deep form": ("application/x-www-form-urlencoded", b"a." * 1000 + b"a=x"),
    "form of many fields": (
        "application/x-www-form-urlencoded",
        b"&".join(b"k%d=x" % n for n in range(6000)),
    ),
}


@pytest.mark.parametrize("name", ["create issuer", "create class", "award", "batch", "add staff"])
def test_other_bodies_are_refused(world: World, name: str):
    before = world.stored()
    for content_type, content in OTHER_BODIES.values():
        world.refused(world.send(ROUTES[name], content, content_type))
    assert world.stored() == before


@pytest.mark.parametrize("framing", ["length", "chunked"])
def test_fifty_megabytes_are_refused(world: World, framing: str):
    before = world.stored()
    bearer = f"Authorization: {world.client.http.headers['Authorization']}"
    how = (
        f"Content-Length: {50 * MEGABYTE}" if framing == "length" else "Transfer-Encoding: chunked"
    )
    with Peer(world.server) as peer:
        peer.send(head("POST", "/v2/issuers", "Content-Type: application/json", bearer, how))
        piece = b" " * MEGABYTE
        sent = 0
        while sent < 50 and peer.drip(piece if framing == "length" else chunk(piece)):
            sent += 1
        assert sent < 50
    assert world.stored() == before


def test_refused_bodies_do_not_pile_up(world: World):
    """Each takes some 40 MB while it is looked at: what is left is not twelve times that."""
    before = peaks(world.server)
    content = b'{"name": 7, "staff": [' + b"{}," * 449_999 + b"{}]}"
    for _ in range(12):
        world.refused(world.send(ROUTES["create issuer"], content))
    grown = [held - before[pid] for pid, held in peaks(world.server).items()]
    assert max(grown) < 200 * MEGABYTE


def png_of(*chunks: tuple[bytes, bytes]) -> bytes:
    found = b"\x89PNG\r\n\x1a\n"
    for kind, content in chunks:
        crc = struct.pack(">I", zlib.crc32(content, zlib.crc32(kind)))
        found += struct.pack(">I", len(content)) + kind + content + crc
    return found


def svg_of(content: str, root: str = "") -> bytes:
    return (
        f'{root}<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">{content}</svg>'.encode()
    )


ENTITIES = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
GOOD = png(40, 40)
SQUARE = struct.pack(">IIBBBBB", 20_000, 20_000, 1, 0, 0, 0, 0)
BAD_IMAGES = {
    "cut short": GOOD[:-40],
    "signature alone": GOOD[:8],
    "20000 by 20000": png_of(
        (b"IHDR", SQUARE), (b"IDAT", zlib.compress(bytes(20_000 * 2501), 9)), (b"IEND", b"")
    ),
    "20000 by 20000 of nothing": png_of((b"IHDR", SQUARE), (b"IDAT", b""), (b"IEND", b"")),
    "other kind": b"GIF89a" + bytes(100),
    "web page": b"<html><script>alert(1)</script></html>",
    "SVG cut short": SVG[:-10],
    "huge SVG": svg_of("<g/>" * 500_000),
    "deep SVG": svg_of("<g>" * 50_000 + "</g>" * 50_000),
    "entity bomb": svg_of("&e11;", f'<!DOCTYPE svg [<!ENTITY e0 "ha">{ENTITIES}]>'),
    "external entity": svg_of("&x;", '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
    "SVG that draws without end": svg_of('<g id="a"><use href="#a"/></g>'),
}
CLEANED_IMAGES = {
    "script": svg_of("<script>alert(1)</script><rect/>"),
    "event handlers": svg_of('<rect onclick="alert(1)" onload="alert(1)"/>'),
    "link to a script": svg_of('<a href="javascript:alert(1)"><rect/></a>'),
    "foreign object": svg_of(
        '<foreignObject><p xmlns="http://www.w3.org/1999/xhtml"/></foreignObject>'
    ),
    "picture elsewhere": svg_of('<image href="https://evil.example/x.png"/>'),
    "web page as picture": svg_of('<image href="data:text/html,&lt;p>alert(1)"/>'),
    "style elsewhere": svg_of("<style>rect{fill:url(https://evil.example/x)}</style><rect/>"),
    "zTXt bomb": GOOD[:33]
    + png_of((b"zTXt", b"alert\0\0" + zlib.compress(bytes(100 * MEGABYTE), 9)))[8:]
    + GOOD[33:],
    "iTXt bomb": GOOD[:33]
    + png_of((b"iTXt", b"alert\0\1\0\0\0" + zlib.compress(bytes(100 * MEGABYTE), 9)))[8:]
    + GOOD[33:],
}
HARM = re.compile(rb"alert|evil|javascript|script|onload|foreignObject|text/html|zTXt|iTXt", re.I)
IMAGE_ROUTES = ["create issuer", "change issuer", "create class", "change class"]


@pytest.mark.parametrize("image", BAD_IMAGES.values(), ids=BAD_IMAGES)
def test_a_bad_image_is_refused(world: World, image: bytes):
    before = world.stored()
    for name in IMAGE_ROUTES:
        route = ROUTES[name]
        body = world.body(route) | {"image": data_uri(image)}
        body.pop("staff", None)
        world.refused(world.send(route, json.dumps(body).encode()))
        world.refused(world.upload(route, image=("badge.png", image, "image/png")))
    assert world.stored() == before


NOT_OURS = {"extensions": {"nonsense": {}}}
TOO_LONG = {"expires": {"amount": 99_999, "duration": "years"}}
REFUSED_LATE = [  # by what looks at the whole, when the image is known to be good
    ("create issuer", {"staff": [], "email": "somebody-else@example.org"}),
    ("create issuer", {"staff": []} | NOT_OURS),
    ("change issuer", {"staff": []} | NOT_OURS),
    ("change issuer", {"description": "![x](y)"}),
    ("create class", NOT_OURS),
    ("create class", TOO_LONG),
    ("change class", NOT_OURS),
    ("change class", TOO_LONG),
]


def test_of_a_good_image_beside_a_wrong_field_nothing_is_kept(world: World):
    before = world.stored()
    for number, (name, wrong) in enumerate(REFUSED_LATE):
        image = data_uri(png(50 + number, 60))  # one that nobody has sent before
        body = world.body(ROUTES[name]) | {"image": image} | wrong
        world.refused(world.send(ROUTES[name], json.dumps(body).encode()))
        assert world.stored() == before, (name, wrong)


@pytest.mark.parametrize("image", CLEANED_IMAGES.values(), ids=CLEANED_IMAGES)
def test_of_a_hostile_image_nothing_hostile_is_kept(world: World, image: bytes):
    route = ROUTES["change class"]
    answer = world.send(route, json.dumps({"image": data_uri(image)}).encode())
    assert answer.status_code == 200, answer.text
    kept = httpx.get(answer.json()["result"][0]["image"])
    assert kept.status_code == 200
    assert not HARM.search(kept.content)


LISTS = [
    "/v2/issuers",
    "/v2/badgeclasses",
    "/v2/issuers/{issuer}/badgeclasses",
    "/v2/issuers/{issuer}/assertions",
    "/v2/badgeclasses/{badge_class}/assertions",
]
FEEDS = ["/v2/issuers/changed", "/v2/badgeclasses/changed", "/v2/assertions/changed"]
NUMBERS = ["", "x", "0", "-1", "1.5", "9" * 5000, "１２", "1e400", "NaN"]
SWITCHES = ["include_staff", "include_archived", "include_expired", "include_revoked"]
WORDS = ["", "x", "\u202e", "ÿ", "7", "[]", "x" * 5000]
CURSORS = ["", "x", "=" * 40, "é", "LTIwMjY", "x" * 5000]
MOMENTS = [
    "",
    "x",
    "2026-01-02",
    "2026-01-02T03:04:05",
    "2026-01-02T03:04:05 00:00",
    "7",
    "x" * 5000,
]


@pytest.mark.parametrize("path", LISTS + FEEDS)
def test_queries(world: World, path: str):
    """A `num` that is none leaves a list whole; a cursor that is none is 404 (badgr-api.md 2.1)."""
    before = world.stored()
    path, http = world.filled(path), world.client.http
    fine = [("num", text) for text in NUMBERS]
    fine += [(name, text) for name in [*SWITCHES, "recipient"] for text in WORDS]
    for name, text in fine:
        assert http.get(path, params={name: text}).status_code == 200, (name, text)
    for name in ("num", "recipient", "include_expired", "cursor"):
        world.refused(http.get(f"{path}?{name}=a%00b"), 400)
        assert http.get(f"{path}?{name}=%ff%ed%a0%80&num=1").status_code in {200, 404}
    for text in CURSORS:
        world.refused(http.get(path, params={"num": "1", "cursor": text}), 404)
    for text in MOMENTS if path.endswith("/changed") else ():
        world.refused(http.get(path, params={"since": text}), 400)
    assert world.stored() == before
