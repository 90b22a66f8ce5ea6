"""Bad input by kind: pieces of JSON that no field takes, and what each kind of field refuses or
must take (badgr-api.md 0, 2; clients.md 3.5).
"""

import json
from dataclasses import dataclass
from typing import Any

MEGABYTE = 1024 * 1024

# JSON that is no JSON, or none that a server should read: refused wherever it stands.
NEVER = {
    "NUL": rb'"a\u0000b"',
    "lone surrogate": rb'"\ud800"',
    "NaN": b"NaN",
    "infinity": b"-Infinity",
    "10^400": b"1" + b"0" * 400,
    "10^400 as a fraction": b"1e400",
    "a thousand levels": b"[" * 1000 + b"]" * 1000,
    "a million items": b"[" + b"0," * 999_999 + b"0]",
    "a key twice": b'{"a": 1, "a": 2}',
    "wrong UTF-8": b'"\xff\xfe"',
}
PIECES = {
    "null": b"null",
    "empty": b'""',
    "blank": b'"  "',
    "number": b"7",
    "zero": b"0",
    "fraction": b"1.5",
    "true": b"true",
    "text": b'"nonsense"',
    "controls": rb'"\u0007\u001b\u0085"',
    "text with controls": rb'"a\u0007b\u001bc"',
    "list": b'["x"]',
    "empty list": b"[]",
    "nulls": b"[null]",
    "object": b'{"x": 1}',
    "empty object": b"{}",
    "a megabyte": b'"' + b"x" * MEGABYTE + b'"',
    "many": b"[" + b"0," * 300_000 + b"0]",
    "many objects": b"[" + b'{"a":0},' * 120_000 + b"{}]",
    "many keys": b"{" + b",".join(b'"k%d":{}' % n for n in range(120_000)) + b"}",
}
A_FILE = ("lines.txt", b"\n" * 200_000, "text/plain")  # in a multipart form: no list of lines
TYPES = {"number", "fraction", "true", "list", "empty list", "nulls", "object", "empty object"}
SIZE = {"a megabyte"}
BLANKS = {"empty", "blank"}
CONTROLS = {"controls", "text with controls"}
TEXTS = {"text"}


@dataclass(frozen=True)
class Kind:
    """Names of pieces that a field refuses, and of those it must take; of the rest nothing is
    said.
    """

    refuses: frozenset[str]
    takes: frozenset[str] = frozenset()

    @property
    def is_list(self) -> bool:
        return bool({"many", "many objects"} & self.refuses)

    def __or__(self, name: str) -> "Kind":
        """The same, which takes this one too."""
        return Kind(self.refuses - {name}, self.takes | {name})

    def __sub__(self, name: str) -> "Kind":
        """The same, of which it is not said whether it takes this one."""
        return Kind(self.refuses - {name}, self.takes - {name})


def kind(*refuses: set[str], takes: set[str] = frozenset()) -> Kind:
    return Kind(frozenset().union(*refuses) - frozenset(takes), frozenset(takes))


NAME = kind({"null"}, TYPES, SIZE, BLANKS, CONTROLS, takes=TEXTS)
STORY = kind(BLANKS, TYPES, SIZE, CONTROLS, takes=TEXTS | {"null"})  # may be null, not empty
NOTE = kind(TYPES, SIZE, CONTROLS, takes=TEXTS | {"null", "empty"})
TYPED = kind({"null"}, TYPES, SIZE)  # a text that may be empty, or is looked into later
WORD = kind({"null"}, TYPES, SIZE, BLANKS, CONTROLS, TEXTS)  # an address, an id, one of a few words
FLAG = kind(
    {"number", "fraction", "text"}, CONTROLS, TYPES - {"true"}, SIZE, takes={"true", "null"}
)
MOMENT = WORD | "null"
IMAGE = WORD
WHOLE = kind({"zero"}, TYPES - {"number"}, SIZE, BLANKS, CONTROLS, TEXTS, takes={"number"})
OBJECT = kind({"many keys"}, {"null"}, TYPES, SIZE, BLANKS, CONTROLS, TEXTS)
OBJECTS = kind({"many objects"}, {"null"}, TYPES - {"empty list"}, SIZE, BLANKS, CONTROLS, TEXTS)
NAMES = kind({"many"}, TYPES, SIZE, BLANKS, CONTROLS, TEXTS, takes={"list", "empty list", "null"})
SOME = kind({"many", "null"}, TYPES, SIZE, BLANKS, CONTROLS, TEXTS)  # of a few words, one at least
EXTENSIONS = kind(
    {"many keys"}, TYPES, SIZE, BLANKS, CONTROLS, TEXTS, takes={"empty object", "null"}
)


def with_piece(body: Any, path: str, piece: bytes) -> bytes:
    """The body as JSON, with these bytes where the dotted path leads."""
    marked = json.loads(json.dumps(body))
    *parts, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    node = marked
    for part in parts:
        node = node[part]
    node[last] = "the piece"
    return json.dumps(marked).encode().replace(b'"the piece"', piece)
