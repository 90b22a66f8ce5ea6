"""JSON, form and multipart bodies into plain data. Whatever is not clean data is refused here, with
a sentence.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from django.core.exceptions import SuspiciousOperation
from django.http import QueryDict
from django.http.multipartparser import MultiPartParserError
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser, FormParser, MultiPartParser

MAX_DEPTH = 40
MAX_NODES = 500_000  # a batch of 10,000 awards has some 200,000
MAX_MARKS = 2 * MAX_NODES  # commas, colons and brackets, those in texts among them
MAX_PATH = 8
INDEX = re.compile(r"[0-9]{1,6}")
BRACKETS = re.compile(r"\[([^\[\]]*)\]\.?")


def unique_pairs(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in pairs:
        if key in result:
            raise ParseError(
                f"JSON parse error - the key {key[:40]!r} appears twice in one object."
            )
        result[key] = value
    return result


def whole_number(text: str) -> int:
    number = int(text)
    if not -(2**63) <= number < 2**64:
        raise ValueError(f"the number {text[:40]} has more than 64 bits")
    return number


def loads(content: bytes) -> Any:
    """Strict JSON: what comes in can be stored and sent out again. Raises ParseError.

    UTF-8 without BOM, no duplicate keys, no NaN, no lone surrogates, no NUL, whole numbers of up to
    64 bits, at most 40 levels.
    """
    # Parsing holds up the whole process: what cannot be small enough is not parsed at all.
    if sum(map(content.count, (b",", b"[", b"{", b":"))) > MAX_MARKS:
        raise ParseError(f"JSON parse error - more than {MAX_NODES} values.")
    try:
        orjson.loads(content)
        data = json.loads(content, object_pairs_hook=unique_pairs, parse_int=whole_number)
    except (ValueError, RecursionError) as error:
        raise ParseError(f"JSON parse error - {str(error)[:200]}") from None
    check_tree(data)
    return data


def check_tree(data: Any) -> None:
    """Walked without recursion, level by level. Raises ParseError."""
    level, nodes = [data], 1
    for _ in range(MAX_DEPTH + 1):
        if any(isinstance(node, str) and "\x00" in node for node in level):
            raise ParseError("JSON parse error - a text contains a NUL character.")
        level = [child for node in level for child in children(node)]
        nodes += len(level)
        if nodes > MAX_NODES:
            raise ParseError(f"JSON parse error - more than {MAX_NODES} values.")
        if not level:
            return
    raise ParseError(f"JSON parse error - nested deeper than {MAX_DEPTH} levels.")


def children(node: Any) -> Iterable[Any]:
    if isinstance(node, dict):
        return [*node.keys(), *node.values()]
    return node if isinstance(node, list) else ()


class StrictJSONParser(BaseParser):
    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        return loads(stream.read())


class DottedFormParser(FormParser):
    """`recipient.identity=a@b` becomes `{"recipient": {"identity": "a@b"}}` (badgr-api.md 0)."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        return nest(super().parse(stream, media_type, parser_context))


class DottedMultiPartParser(MultiPartParser):
    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            parsed = super().parse(stream, media_type, parser_context)
        except (MultiPartParserError, SuspiciousOperation) as error:
            raise ParseError(f"Multipart form parse error - {error}") from None
        return {**nest(parsed.data), **{name: parsed.files[name] for name in parsed.files}}


def nest(form: QueryDict | Mapping[str, Any]) -> dict[str, Any]:
    """Nest dotted names; numbered parts become lists, repeated names too. Raises ParseError on
    clashes.
    """
    root: dict[str, Any] = {}
    for name in form:
        values = form.getlist(name) if isinstance(form, QueryDict) else [form[name]]
        if any("\x00" in text for text in (name, *values) if isinstance(text, str)):
            raise ParseError(f"The field {name[:40]!r} contains a NUL character.")
        place(root, name, values[0] if len(values) == 1 else values)
    return {name: listed(value) for name, value in root.items()}


def place(root: dict[str, Any], name: str, value: Any) -> None:
    *path, last = dotted(name).split(".")
    if len(path) > MAX_PATH:
        raise ParseError(f"The field name {name[:40]!r} is nested too deeply.")
    node = root
    for part in path:
        node = node.setdefault(part, {})
        if not isinstance(node, dict):
            raise ParseError(f"The field {name[:40]!r} contradicts another field.")
    if last in node:
        raise ParseError(f"The field {name[:40]!r} contradicts another field.")
    node[last] = value


def dotted(name: str) -> str:
    """`a[0]b`, `a[0].b`, `a[0][b]` and `a[]` are how forms of other frameworks nest and repeat."""
    if "[" not in name:
        return name
    return BRACKETS.sub(r".\1.", name).replace("..", ".").rstrip(".")


def listed(value: Any) -> Any:
    """`{"0": a, "1": b}` as `[a, b]`: forms number the items of a list."""
    if not isinstance(value, dict):
        return value
    nested = {name: listed(child) for name, child in value.items()}
    if nested and all(INDEX.fullmatch(name) for name in nested):
        return [nested[name] for name in sorted(nested, key=int)]
    return nested
