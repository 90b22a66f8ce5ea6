"""The envelope of every `/v2` answer (badgr-api.md 3): status, result, the two error members."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import orjson
from rest_framework.response import Response


def success(result: Sequence[Any], *, status: int = 200, description: str = "ok") -> Response:
    """`result` is always a list: one object is a list of one."""
    return Response(succeeded(result, description), status=status)


def succeeded(result: Sequence[Any], description: str = "ok") -> dict[str, Any]:
    return {"status": {"success": True, "description": description}, "result": list(result)}


def in_pieces(result: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """The JSON of `success`, piece by piece: `result` comes in parts, none of them empty."""
    before, after = orjson.dumps(succeeded([0])).split(b"0")
    for part in result:
        yield before + orjson.dumps(list(part))[1:-1]
        before = b","
    yield after


MAX_TOLD = 300  # characters of a sentence or a name in an error


def brief(told: Any) -> Any:
    """The same with long texts cut: an error quotes what was sent, which may be a megabyte."""
    if isinstance(told, str):
        return told if len(told) <= MAX_TOLD else f"{told[: MAX_TOLD - 80]}…{told[-79:]}"
    if isinstance(told, dict):
        return {brief(name): brief(value) for name, value in told.items()}
    return [brief(value) for value in told]


def failure(
    description: str,
    *,
    field_errors: dict[str, Any] | None = None,
    validation_errors: Sequence[str] = (),
) -> dict[str, Any]:
    """The body of an error: `fieldErrors` an object of lists, `validationErrors` a list of strings,
    always both.
    """
    return {
        "status": {"success": False, "description": description},
        "result": [],
        "fieldErrors": brief(field_errors or {}),
        "validationErrors": brief(validation_errors),
    }
