"""The machinery under `shapes`: readers of values and objects that collect errors by path.

It knows JSON objects, required and optional keys, and lists; it knows nothing of Open Badges.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

_MAX_DEPTH = 64
_MAX_INTEGER = 2**53 - 1  # beyond it JSON readers disagree


@dataclass(slots=True)
class Errors:
    found: dict[str, list[str]] = field(default_factory=dict)

    def add(self, path: str, sentence: str) -> None:
        sentences = self.found.setdefault(path, [])
        if sentence not in sentences:
            sentences.append(sentence)


Reader = Callable[[object, str, Errors], None]
Extra = Callable[[str, object, str, Errors], None]  # key, value, path, errors


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """`agrees` judges what involves several keys, after each was judged alone."""

    required: Mapping[str, Reader] = field(default_factory=dict)
    optional: Mapping[str, Reader] = field(default_factory=dict)
    agrees: Callable[[Mapping[str, object], str, Errors], None] | None = None
    extensible: bool = False


def join(path: str, key: str | int) -> str:
    return f"{path}.{key}" if path else str(key)


def read_object(
    value: object, path: str, errors: Errors, shape: Shape, *, extension: Extra | None = None
) -> None:
    """Judge an object by its shape. Unknown keys are errors: JSON-LD would drop them silently."""
    if not isinstance(value, Mapping):
        errors.add(path, "Must be an object.")
        return
    for key, reader in shape.required.items():
        if key not in value:
            errors.add(join(path, key), "This property is required.")
        else:
            reader(value[key], join(path, key), errors)
    for key in value:
        if key in shape.required or (key == "@context" and (not path or shape.extensible)):
            continue
        if key in shape.optional:
            shape.optional[key](value[key], join(path, key), errors)
        elif shape.extensible and extension and ":" in key:
            extension(key, value[key], join(path, key), errors)
        else:
            errors.add(join(path, key), "This property is not known here.")
    if shape.agrees:
        shape.agrees(value, path, errors)


def each(reader: Reader) -> Reader:
    """A reader of one value or of a list of them, which may not be empty."""

    def read(value: object, path: str, errors: Errors) -> None:
        if not isinstance(value, list):
            reader(value, path, errors)
        elif not value:
            errors.add(path, "Leave the property out rather than publish an empty list.")
        else:
            for index, item in enumerate(value):
                reader(item, join(path, index), errors)

    return read


def require_one(*keys: str) -> Callable[[Mapping[str, object], str, Errors], None]:
    def agrees(value: Mapping[str, object], path: str, errors: Errors) -> None:
        if not any(key in value for key in keys):
            errors.add(path, f"Needs at least one of: {', '.join(keys)}.")

    return agrees


def plain(value: object, path: str, errors: Errors, depth: int = 0) -> None:
    """JSON that every reader reads alike: no lone surrogates, no NaN, no giant integers."""
    if depth > _MAX_DEPTH:
        errors.add(path, "Nested too deeply.")
    elif isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str) or not _encodable(key):
                errors.add(path, "Keys must be Unicode text.")
            else:
                plain(item, join(path, key), errors, depth + 1)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            plain(item, join(path, index), errors, depth + 1)
    elif isinstance(value, str):
        if not _encodable(value):
            errors.add(path, "Is not valid Unicode text.")
    elif value is None:
        errors.add(path, "Leave the property out rather than publish null.")
    elif isinstance(value, float):
        if not math.isfinite(value):
            errors.add(path, "Must be a finite number.")
    elif isinstance(value, int):
        if abs(value) > _MAX_INTEGER:
            errors.add(path, "The number is too large for JSON.")
    else:
        errors.add(path, "Is not a JSON value.")


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
