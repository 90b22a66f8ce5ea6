"""CSS in an SVG, rebuilt from what is allowed: plain rules, known properties, references to `#id`.

The result is written in one form, a rule a line, which `complexity` reads back.
"""

import re
from typing import Any

import tinycss2

from issuer.artwork.allowed import CSS_PROPERTIES, FUNCTIONS
from issuer.artwork.errors import InvalidArtwork
from issuer.artwork.limits import MAX_RULES
from issuer.artwork.numbers import in_range

_COMPOUND = r"(?:[A-Za-z][\w-]*(?:[.#][\w-]+)*|\*|(?:[.#][\w-]+)+)"
_SELECTOR = re.compile(rf"{_COMPOUND}(?:(?:\s*>\s*|\s+){_COMPOUND}){{0,4}}")
_FRAGMENT = re.compile(r"#[\w.:-]+")
_SAFE_STRING = re.compile(r"[\w .,+&-]*")
_MAX_NESTING = 4


def clean_stylesheet(text: str) -> str:
    """Rules with simple selectors; @-rules, states and attribute selectors are left out."""
    rules = []
    for rule in tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True):
        if rule.type != "qualified-rule":
            continue
        selectors = _clean_selectors(rule.prelude)
        body = _clean_declarations(rule.content)
        if selectors and body:
            rules.append(f"{selectors}{{{body}}}")
        if len(rules) > MAX_RULES:
            raise InvalidArtwork("The SVG has too many style rules.")
    return "\n".join(rules)


def clean_style(text: str) -> str:
    """The declarations of a style attribute."""
    return _clean_declarations(text)


def clean_value(text: str) -> str | None:
    """The value of one presentation attribute, or None if any of it is not allowed."""
    return _clean_tokens(tinycss2.parse_component_value_list(text, skip_comments=True))


def _clean_selectors(prelude: list[Any]) -> str:
    if any(token.type not in ("ident", "hash", "literal", "whitespace") for token in prelude):
        return ""
    selectors = (" ".join(part.split()) for part in tinycss2.serialize(prelude).split(","))
    return ",".join(part for part in selectors if _SELECTOR.fullmatch(part))


def _clean_declarations(content: str | list[Any]) -> str:
    kept = []
    for item in tinycss2.parse_declaration_list(content, skip_comments=True, skip_whitespace=True):
        if item.type != "declaration" or item.lower_name not in CSS_PROPERTIES:
            continue
        value = _clean_tokens(item.value)
        if value:
            important = "!important" if item.important else ""
            kept.append(f"{item.lower_name}:{value}{important}")
    return ";".join(kept)


def _clean_tokens(tokens: list[Any], nesting: int = 0) -> str | None:
    """The tokens written again, or None: a value is kept whole or not at all."""
    written = []
    for token in tokens:
        text = _clean_token(token, nesting)
        if text is None:
            return None
        written.append(text)
    return "".join(written).strip() or None


def _clean_token(token: Any, nesting: int) -> str | None:
    kind = token.type
    if kind in ("number", "percentage", "dimension"):
        in_range(token.value)
        known = kind != "dimension" or (token.unit.isascii() and token.unit.isalpha())
        return str(tinycss2.serialize([token])) if known else None
    if kind == "whitespace":
        return " "
    if kind in ("ident", "hash"):
        return str(token.value) if kind == "ident" and _plain(token.value) else _hash(token)
    if kind == "literal":
        return str(token.value) if token.value in (",", "/", "+", "-") else None
    if kind == "string":
        return f"'{token.value}'" if _SAFE_STRING.fullmatch(token.value) else None
    if kind == "url":
        return f"url({token.value})" if _FRAGMENT.fullmatch(token.value.strip()) else None
    if kind == "function":
        return _clean_function(token, nesting)
    return None


def _plain(word: str) -> bool:
    """A word that needs no escapes and that no renderer reads as a number without end."""
    plain = re.fullmatch(r"[\w-]+", word) is not None
    return plain and word.lower().lstrip("-") not in ("nan", "inf", "infinity")


def _hash(token: Any) -> str | None:
    return f"#{token.value}" if token.type == "hash" and _plain(token.value) else None


def _clean_function(token: Any, nesting: int) -> str | None:
    if token.lower_name == "url":  # url("…") with a string comes as a function from some parsers
        strings = [part for part in token.arguments if part.type != "whitespace"]
        if len(strings) == 1 and strings[0].type == "string":
            target = strings[0].value.strip()
            return f"url({target})" if _FRAGMENT.fullmatch(target) else None
        return None
    if token.lower_name not in FUNCTIONS or nesting >= _MAX_NESTING:
        return None
    inner = _clean_tokens(token.arguments, nesting + 1)
    return f"{token.name}({inner or ''})" if inner or not token.arguments else None
