"""The envelope of every `/v2` answer (badgr-api.md 3): status, result, the two error members."""

from collections.abc import Sequence
from typing import Any

from rest_framework.response import Response


def success(result: Sequence[Any], *, status: int = 200, description: str = "ok") -> Response:
    """`result` is always a list: one object is a list of one."""
    return Response(
        {"status": {"success": True, "description": description}, "result": list(result)},
        status=status,
    )


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
        "fieldErrors": field_errors or {},
        "validationErrors": list(validation_errors),
    }
