"""Structured logs: one JSON object a line on stderr, without secrets, addresses, query strings or
bodies.
"""

import logging
import re
import sys
import time
import traceback
from collections.abc import Callable, MutableMapping
from typing import Any

import structlog
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import get_random_string

EMAIL = re.compile(r"[^\s@<>\"'(),;:]+@[^\s@<>\"'(),;:]+\.[^\s@<>\"'(),;:]+")
CREDENTIAL = re.compile(r"(?i)\b(bearer|basic|token)\s+[A-Za-z0-9+/_.=~-]{8,}")
SECRET_PAIR = re.compile(
    r"(?i)\b(password|secret|token|code|access_token|refresh_token|client_secret)=[^\s&\"']+"
)


def redact(text: str) -> str:
    """Take mail addresses and credentials out of free text."""
    text = EMAIL.sub("[address]", text)
    text = CREDENTIAL.sub(r"\1 [secret]", text)
    return SECRET_PAIR.sub(r"\1=[secret]", text)


Event = MutableMapping[str, Any]


def redact_event(logger: object, method: str, event: Event) -> Event:
    """The last processor before writing: whatever was said, no address and no credential."""
    return {key: redact(value) if isinstance(value, str) else value for key, value in event.items()}


def drop_path(logger: object, method: str, event: Event) -> Event:
    """Django names the path of a failed request, which may be a one-time link. Ours is in
    RequestLogMiddleware's line, under the same request id.
    """
    if event.get("logger") == "django.request":
        event["event"] = "a request failed"
    return event


def is_failure(record: logging.LogRecord) -> bool:
    """501 is a plain answer to what nobody promised (oEmbed's other formats), and anybody can ask
    for it.
    """
    return getattr(record, "status_code", None) != 501


# What these say is about files, sockets and servers, and an operator needs it.
TELLING = (OSError, OperationalError)


def describe_exception(logger: object, method: str, event: Event) -> Event:
    """The classes of an exception and its causes, and where it was raised. The message of any other
    class may quote what somebody typed, and stays out.
    """
    info = event.pop("exc_info", None)
    error = sys.exc_info()[1] if info is True else info[1] if isinstance(info, tuple) else info
    if not isinstance(error, BaseException):
        return event
    said: list[str] = []
    event["trace"] = [
        f"{frame.filename}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    cause: BaseException | None = error
    while cause is not None and len(said) < 5:
        name = f"{type(cause).__module__}.{type(cause).__qualname__}"
        said.append(f"{name}: {cause}"[:500] if isinstance(cause, TELLING) else name)
        cause = cause.__cause__ or cause.__context__
    event["exception"] = " from ".join(said)
    return event


SHARED_PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.stdlib.PositionalArgumentsFormatter(),
    drop_path,
    describe_exception,
    redact_event,
]


OURS = (
    "accounts",
    "activity",
    "api",
    "config",
    "issuer",
    "jobs",
    "laurel",
    "mirror",
    "net",
    "notify",
    "oauth",
    "public",
)


def configure(config: dict[str, str]) -> None:
    """Send structlog's and the standard library's records through the same processors. Called by
    Django.
    """
    structlog.configure(
        processors=[*SHARED_PROCESSORS, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=SHARED_PROCESSORS,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    level = logging.getLevelNamesMapping().get(config["level"].upper())
    if level is None:
        raise ImproperlyConfigured(f"LAUREL_LOG_LEVEL: {config['level']!r} is no level")
    # Libraries say at their lower levels what they handle, tokens included.
    root.setLevel(max(logging.WARNING, level))
    for room in OURS:
        logging.getLogger(room).setLevel(level)
    # Python's warnings too, instead of lines of their own kind.
    logging.captureWarnings(True)
    # Refused requests have their line below; the password grant's warning is answered in the
    # settings.
    for library in ("django.request", "oauth2_provider"):
        logging.getLogger(library).setLevel(logging.ERROR)
    logging.getLogger("django.request").addFilter(is_failure)
    # Anybody can send a strange Host; its line is the request's own, with status 400.
    logging.getLogger("django.security.DisallowedHost").setLevel(logging.CRITICAL)


# Parts of addresses that are no secrets.
PUBLIC_PARTS = {"entity_id", "webhook_id", "event_id"}
PUBLIC_PARTS |= {"collection", "suffix", "key", "kind", "name"}

request_log = structlog.get_logger("laurel.request")


class RequestLogMiddleware:
    """One line a request: id, method, path, status, milliseconds. No peer, no query, no body.

    Documents are answered before Django (public.door) and have no line.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = get_random_string(12)
        start = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
            request_log.info(
                "request",
                method=request.method,
                path=path_of(request),
                status=response.status_code,
                ms=round((time.perf_counter() - start) * 1000, 1),
            )
        return response


def path_of(request: HttpRequest) -> str:
    """The path where it holds nothing but public ids; else its pattern, as in `/setup/<token>`.

    Of an unknown address only the first part: it may be a link with a secret that was cut short.
    """
    match = request.resolver_match
    if match is None:
        first, slash, rest = request.path_info[1:].partition("/")
        return f"/{first[:40]}{slash}{'…' if rest else ''}" if first.isalnum() else "/…"
    if set(match.captured_kwargs) <= PUBLIC_PARTS and not match.args:
        return request.path_info[:200]
    return f"/{match.route}"
