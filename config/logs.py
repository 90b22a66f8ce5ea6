"""Structured logs: one JSON object a line on stderr, without secrets, addresses, query strings or
bodies.
"""

import logging
import re
import sys
import time
from collections.abc import Callable, MutableMapping
from typing import Any

import structlog
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


def redact_event(
    logger: object, method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    return {key: redact(value) if isinstance(value, str) else value for key, value in event.items()}


SHARED_PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.format_exc_info,
    redact_event,
]


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
    root.setLevel(config["level"])
    for library in ("PIL", "httpx", "httpcore"):
        logging.getLogger(library).setLevel(logging.WARNING)
    # Refused requests have their line below; the password grant's warning is answered in the
    # settings.
    for library in ("django.request", "oauth2_provider"):
        logging.getLogger(library).setLevel(logging.ERROR)


request_log = structlog.get_logger("laurel.request")


class RequestLogMiddleware:
    """One line a request: id, method, path, status, milliseconds. No peer, no query, no body."""

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
                path=request.path_info[:200],
                status=response.status_code,
                ms=round((time.perf_counter() - start) * 1000, 1),
            )
        return response
