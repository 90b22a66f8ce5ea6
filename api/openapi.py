"""The manners of every JSON route, as OpenAPI tells them: envelope, paging, errors.

Routes describe themselves with `answers`; what they share is added here.
"""

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers

from api.errors import NOT_FOUND
from api.paging import MAX_PAGE


class RouteSchema(AutoSchema):
    """Names operations by method and address, and puts them in order by what they are about."""

    def get_operation_id(self) -> str:
        return re.sub(r"\W+", "_", f"{self.method.lower()}{self.path}").rstrip("_")

    def get_tags(self) -> list[str]:
        version, *parts = self.path.strip("/").split("/")
        return [f"{parts[0]} (v1)" if version == "v1" else parts[0]]

    def get_description(self) -> str:
        """What the method itself says; its class speaks to us."""
        return inspect.getdoc(getattr(self.view, self.method.lower())) or ""

    def _get_request_body(self, direction: str = "request") -> Any:
        """A DELETE has a body here (badgr-api.md 2.4), which the library knows of other methods."""
        method = self.method
        self.method = "POST" if method == "DELETE" else method
        try:
            return super()._get_request_body(direction)
        finally:
            self.method = method

    def get_serializer_name(self, serializer: Any, direction: str) -> str:
        return str(super().get_serializer_name(serializer, direction)).removesuffix("Shape")


Shape = type[serializers.Serializer[Any]]


class StatusShape(serializers.Serializer[Any]):
    success = serializers.BooleanField()
    description = serializers.CharField()


class PaginationShape(serializers.Serializer[Any]):
    hasNext = serializers.BooleanField()
    nextResults = serializers.CharField(allow_null=True)
    hasPrevious = serializers.BooleanField()
    previousResults = serializers.CharField(allow_null=True)


def query(name: str, description: str, kind: Any = str, **more: Any) -> OpenApiParameter:
    """A parameter of the query string."""
    return OpenApiParameter(name, kind, OpenApiParameter.QUERY, description=description, **more)


NUM = query("num", f"Items on a page, 1 to {MAX_PAGE}. Without it the list comes whole.", int)
CURSOR = query("cursor", "Where a page begins: follow the `Link` header rather than make one up.")
PAGING = (NUM, CURSOR)
FEED = (
    query("since", "Changes strictly later than this moment: ISO 8601 with a time zone."),
    query("num", f"Items on a page, 1 to {MAX_PAGE}; 100 unless told.", int),
    query("cursor", "Where a page begins: follow `nextResults`."),
    query("asOf", "The `timestamp` of the first page, kept in `nextResults`."),
)
IDEMPOTENCY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="The same request under the same key creates once, for 24 hours.",
)


@cache  # one component for each shape, however many routes answer with it
def enveloped(shape: Shape) -> serializers.Serializer[Any]:
    """The envelope around a list of `shape`, one object being a list of one."""
    name = shape.__name__.removesuffix("Shape") + "Answer"
    return inline_serializer(name, {"status": StatusShape(), "result": shape(many=True)})


def answers(
    shape: Shape,
    summary: str,
    *,
    example: Mapping[str, Any],
    status: int = 200,
    body: Any = None,
    body_example: Any = None,
    parameters: Sequence[OpenApiParameter] = (),
    also: Mapping[int, tuple[Shape, Mapping[str, Any]]] | None = None,
) -> Callable[..., Any]:
    """A method of a view that answers with `shape` in the envelope. `body` describes the request;
    what a POST creates it creates once under an Idempotency-Key. `also` has other answers.
    """
    creating = (IDEMPOTENCY,) if status == 201 else ()
    told = {status: (shape, example), **(also or {})}
    examples = [answer_example(code, one) for code, (_, one) in told.items()]
    if body_example is not None:
        examples.append(OpenApiExample("Request", body_example, request_only=True))
    return extend_schema(
        summary=summary,
        request=body,
        responses={code: enveloped(of) for code, (of, _) in told.items()},
        parameters=[*parameters, *creating],
        examples=examples,
    )


def answer_example(status: int, example: Mapping[str, Any]) -> OpenApiExample:
    return shown(status, {"status": DONE, "result": [example]})


def shown(status: int, value: Any, *, name: str = "") -> OpenApiExample:
    """An example of an answer, whole."""
    return OpenApiExample(
        name or f"Answer {status}", value, response_only=True, status_codes=[str(status)]
    )


DONE = {"success": True, "description": "ok"}
LAST_PAGE = {
    "hasNext": False,
    "nextResults": None,
    "hasPrevious": False,
    "previousResults": None,
}
AS_OF = "2026-01-31T12:00:10+00:00"


def answers_feed(
    shape: Shape,
    summary: str,
    *,
    example: Mapping[str, Any],
    parameters: Sequence[OpenApiParameter] = (),
) -> Callable[..., Any]:
    """A feed of changes."""
    members = {
        "status": StatusShape(),
        "result": shape(many=True),
        "pagination": PaginationShape(),
        "timestamp": serializers.DateTimeField(),
    }
    name = shape.__name__.removesuffix("Shape") + "Feed"
    page = {"status": DONE, "result": [example], "pagination": LAST_PAGE, "timestamp": AS_OF}
    return extend_schema(
        summary=summary,
        responses={200: inline_serializer(name, members)},
        parameters=[*FEED, *parameters],
        examples=[shown(200, page)],
    )


def answers_v1(
    responses: Mapping[int, Any],
    summary: str,
    *,
    examples: Mapping[str, Any],
    body: Any = None,
    body_examples: Mapping[str, Any] | None = None,
    parameters: Sequence[OpenApiParameter] = (),
) -> Callable[..., Any]:
    """A method of v1: bare JSON. Its examples, of its one good answer and of its body, by name."""
    (status,) = responses
    told = [shown(status, value, name=name) for name, value in examples.items()]
    told += [
        OpenApiExample(name, value, request_only=True)
        for name, value in (body_examples or {}).items()
    ]
    return extend_schema(
        summary=summary,
        request=body,
        responses=dict(responses),
        parameters=list(parameters),
        examples=told,
    )


def answers_nothing(summary: str) -> Callable[..., Any]:
    """204."""
    return extend_schema(summary=summary, request=None, responses={204: None})


SENTENCES = {"type": "array", "items": {"type": "string"}}
FAILURE = {
    "type": "object",
    "required": ["status", "result", "fieldErrors", "validationErrors"],
    "properties": {
        "status": {"$ref": "#/components/schemas/Status"},
        "result": {"type": "array", "maxItems": 0, "items": {}},
        "fieldErrors": {
            "type": "object",
            "description": "By dotted path, such as `recipient.identity`; of a batch, by index "
            "and then by path.",
            "additionalProperties": {
                "oneOf": [
                    SENTENCES,
                    {"type": "object", "additionalProperties": SENTENCES},
                ]
            },
        },
        "validationErrors": SENTENCES,
    },
}
FAILURE_V1 = {
    "description": "A sentence as `detail`, sentences by field, or a bare list of them.",
    "oneOf": [
        {
            "type": "object",
            "additionalProperties": {"oneOf": [{"type": "string"}, SENTENCES]},
        },
        SENTENCES,
    ],
}
ERRORS = {
    "400": ("Something is wrong with the request; nothing was stored.", "bad request"),
    "401": ("No access token, or one that is unknown, expired or revoked.",
            "no valid auth token found"),
    "403": ("The token's scopes, or the person's role, do not allow it.",
            "insufficient privileges"),
    "404": ("There is no such object, or none that the person may see.", NOT_FOUND),
    "408": ("The body took too long to arrive.", "bad request"),
    "409": ("What the request needs was changed meanwhile.", "conflict"),
    "411": ("The body came without its length.", "bad request"),
    "413": ("The body is too large.", "bad request"),
    "415": ("Send JSON, a form, or a multipart form.", "miscellaneous error"),
    "422": ("The Idempotency-Key was used for another request.", "unprocessable request"),
    "429": ("Too many tries: `Retry-After` tells when to come back.", "miscellaneous error"),
    "503": ("The server is receiving too much at once.", "bad request"),
}  # fmt: skip
ALWAYS = ("400", "401", "403", "404")
WITH_BODY = ("408", "409", "411", "413", "415", "429", "503")
BEFORE_DJANGO = {"408", "411", "413", "503"}  # config.bodies answers, in one shape
METHODS = {"get", "post", "put", "patch", "delete"}


def add_errors(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Postprocessing: every route of the API can fail in the same ways, told in one shape."""
    result["components"]["schemas"]["Failure"] = FAILURE
    result["components"]["schemas"]["FailureV1"] = FAILURE_V1
    result["components"]["responses"] = {
        **{f"Error{status}": error_response(*told) for status, told in ERRORS.items()},
        **{f"V1Error{status}": v1_error_response(told) for status, (told, _) in ERRORS.items()},
    }
    for path, operations in result["paths"].items():
        for method in METHODS & operations.keys():
            statuses = [*ALWAYS, *(WITH_BODY if method != "get" else ())]
            if method == "post":
                statuses.append("422")
            told = operations[method]["responses"]
            for status in statuses:
                is_v1 = path.startswith("/v1/") and status not in BEFORE_DJANGO
                name = f"V1Error{status}" if is_v1 else f"Error{status}"
                told.setdefault(status, {"$ref": f"#/components/responses/{name}"})
    return result


def error_response(description: str, told: str) -> dict[str, Any]:
    example = {
        "status": {"success": False, "description": told},
        "result": [],
        "fieldErrors": {},
        "validationErrors": [description],
    }
    media = {"schema": {"$ref": "#/components/schemas/Failure"}, "example": example}
    return {
        "description": description,
        "content": {"application/json": media, "application/ld+json": media},
    }


def v1_error_response(description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/FailureV1"}
    media = {"schema": schema, "example": {"detail": description}}
    return {
        "description": description,
        "content": {"application/json": media, "application/ld+json": media},
    }
