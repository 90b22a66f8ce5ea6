"""From exceptions to answers: the one handler that turns what services and DRF raise into the
envelope.
"""

import logging
import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.core import exceptions as django_errors
from django.db import IntegrityError
from django.db.models import ProtectedError
from django.http import Http404
from django.http.multipartparser import MultiPartParserError
from rest_framework import exceptions as drf_errors
from rest_framework.response import Response

from api.envelope import failure

log = logging.getLogger("laurel.api")

NOT_FOUND = "entity not found or insufficient privileges"
BAD_REQUEST = "bad request"
MISCELLANEOUS = "miscellaneous error"
CHANGED_MEANWHILE = "What this request needs was changed meanwhile. Try again."


class Conflict(Exception):
    """The request is right in itself but clashes with what is stored or under way (409)."""


class InvalidCursor(Exception):
    """A list has no such page (404, badgr-api.md 2.1)."""


class Unprocessable(Exception):
    """The request contradicts an earlier one that it claims to repeat (422)."""


class InvalidItems(Exception):
    """Items of a batch are wrong. `by_index` has what is wrong with which, as ValidationError's
    dict; `unread` is how many were not looked at, because enough were wrong.
    """

    def __init__(self, by_index: Mapping[int, Mapping[str, list[str]]], *, unread: int = 0) -> None:
        self.by_index = {
            str(index): {
                "nonFieldErrors" if name == django_errors.NON_FIELD_ERRORS else camel(name): texts
                for name, texts in errors.items()
            }
            for index, errors in by_index.items()
        }
        rest = f" The last {unread} items were not looked at." if unread else ""
        super().__init__(f"{len(by_index)} items are wrong: nothing was stored.{rest}")


class InsufficientScope(drf_errors.PermissionDenied):
    """The token may not do this, whoever its user is (RFC 6750, 3.1)."""

    def __init__(self, needed: Iterable[str]) -> None:
        self.needed = sorted(needed)
        super().__init__(f"This needs a token with one of the scopes {', '.join(self.needed)}.")


def envelope_errors(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler. Anything unknown stays an exception: a 500 with its trace in the
    log.
    """
    status, body = describe(error)
    return Response(body, status=status, headers=headers_of(error)) if status else None


def v1_errors(error: Exception, context: dict[str, Any]) -> Response | None:
    """The same in the shapes of v1: fields, a bare list of sentences, or `detail`
    (badgr-api.md 3).
    """
    status, body = describe(error)
    if not status:
        return None
    fields, sentences = body["fieldErrors"], body["validationErrors"]
    detail = {"detail": (sentences or [body["status"]["description"]])[0]}
    told = fields or sentences or detail if status == 400 else detail
    return Response(told, status=status, headers=headers_of(error))


def headers_of(error: Exception) -> dict[str, str]:
    """What an error tells beside its body: how to authenticate, when to come back."""
    if isinstance(error, InsufficientScope):
        scope = " ".join(error.needed)
        return {"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scope}"'}
    if challenge := getattr(error, "auth_header", None):
        return {"WWW-Authenticate": challenge}
    if wait := getattr(error, "wait", None):
        return {"Retry-After": str(int(wait))}
    return {}


def describe(error: Exception) -> tuple[int, dict[str, Any]]:
    """Status and envelope of an exception; status 0 for one that is not ours to answer."""
    match error:
        case InvalidItems():
            return 400, failure(
                BAD_REQUEST, field_errors=error.by_index, validation_errors=[str(error)]
            )
        case django_errors.ValidationError():
            fields, rest = django_messages(error)
            return 400, failure(BAD_REQUEST, field_errors=fields, validation_errors=rest)
        case drf_errors.ParseError():
            return 400, failure(BAD_REQUEST, validation_errors=[str(error.detail)])
        case drf_errors.ValidationError():
            fields, rest = flatten(error.detail)
            return 400, failure(BAD_REQUEST, field_errors=fields, validation_errors=rest)
        case ProtectedError():  # the sentence alone (badgr-api.md 3)
            return 400, failure(str(error.args[0]))
        case IntegrityError():  # somebody was faster: a constraint has held
            log.error("a constraint refused a request: %s", type(error.__cause__).__name__)
            return 409, failure("conflict", validation_errors=[CHANGED_MEANWHILE])
        case Conflict():
            return 409, failure("conflict", validation_errors=[str(error)])
        case Unprocessable():
            return 422, failure("unprocessable request", validation_errors=[str(error)])
        case InvalidCursor():
            return 404, failure(MISCELLANEOUS, validation_errors=["Invalid cursor"])
        case drf_errors.NotFound():
            return 404, failure(NOT_FOUND, validation_errors=[str(error.detail)])
        case Http404() | django_errors.ObjectDoesNotExist():
            return 404, failure(NOT_FOUND)
        case drf_errors.NotAuthenticated() | drf_errors.AuthenticationFailed():
            return 401, failure("no valid auth token found", validation_errors=[str(error.detail)])
        case django_errors.PermissionDenied():
            return 403, failure("insufficient privileges", validation_errors=[str(error)])
        case drf_errors.PermissionDenied():
            return 403, failure("insufficient privileges", validation_errors=[str(error.detail)])
        case django_errors.RequestDataTooBig():
            return 413, failure(BAD_REQUEST, validation_errors=["The request body is too large."])
        case django_errors.SuspiciousOperation() | MultiPartParserError():
            return 400, failure(BAD_REQUEST, validation_errors=["The request cannot be read."])
        case drf_errors.APIException():
            return error.status_code, failure(MISCELLANEOUS, validation_errors=[str(error.detail)])
    return 0, {}


def django_messages(error: django_errors.ValidationError) -> tuple[dict[str, list[str]], list[str]]:
    """Field errors under their names in the API (`criteria_url` is `criteriaUrl` there), and the
    rest.
    """
    if not hasattr(error, "error_dict"):
        return {}, [str(message) for message in error.messages]
    by_field = {camel(name): list(map(str, texts)) for name, texts in error.message_dict.items()}
    rest = by_field.pop(django_errors.NON_FIELD_ERRORS, [])
    return by_field, rest


def camel(path: str) -> str:
    """The first part of a path is a field of ours; what lies in it may have others' names, such as
    `extensions.extensions:my_ext`.
    """
    field, dot, rest = path.partition(".")
    return re.sub(r"(?<=[a-z])_([a-z])", lambda found: found[1].upper(), field) + dot + rest


def flatten(detail: Any) -> tuple[dict[str, list[str]], list[str]]:
    """Turn DRF's nested detail into dotted paths (`recipient.identity`, `evidence.0.url`) and loose
    messages.
    """
    fields: dict[str, list[str]] = {}
    for path, text in walk(detail, ()):
        fields.setdefault(".".join(path), []).append(text)
    return fields, fields.pop("", [])


def walk(detail: Any, path: tuple[str, ...]) -> Iterable[tuple[tuple[str, ...], str]]:
    if isinstance(detail, dict):
        for key, value in detail.items():
            yield from walk(value, path if key == "non_field_errors" else (*path, str(key)))
    elif isinstance(detail, list):
        for index, value in enumerate(detail):
            nested = isinstance(value, dict | list)
            yield from walk(value, (*path, str(index)) if nested else path)
    else:
        yield path, str(detail)
