"""Logs say what happened, and never to whom, with what secret, or what was typed."""

import json
import logging
from io import StringIO

import pytest
from django.db import OperationalError
from django.test import RequestFactory
from django.urls import resolve

from config import logs
from config.logs import path_of, redact


@pytest.mark.parametrize(
    "text",
    [
        "mail to ada.lovelace+badges@example.org failed",
        "Authorization: Bearer sEcReT0123456789",
        "basic c0VjUmVUMDEyMzQ1Njc4OQ==",
        "GET /x?password=sEcReT&code=sEcReT",
        "client_secret=sEcReT",
        "refresh_token=sEcReT",
        "token=sEcReT",
    ],
)
def test_addresses_and_credentials_are_taken_out(text: str) -> None:
    left = redact(text)
    assert "ada.lovelace" not in left
    assert "sEcReT" not in left
    assert "c0VjUmVU" not in left


def test_plain_words_stay() -> None:
    text = "job mail.award 17 attempt 1: done, 12 ms"
    assert redact(text) == text


@pytest.fixture
def written() -> StringIO:
    """What a logger of anybody's writes."""
    stream = StringIO()
    root = logging.getLogger()
    before = root.handlers, root.level
    logs.configure({"level": "DEBUG"})
    root.handlers[0].setStream(stream)  # type: ignore[attr-defined]
    yield stream
    logs.configure({"level": "INFO"})
    root.handlers, level = before
    root.setLevel(level)
    logging.captureWarnings(False)


def raise_quoting(secret: str) -> None:
    try:
        try:
            int(secret)
        except ValueError as error:
            raise RuntimeError(f"cannot use {secret}") from error
    except RuntimeError:
        logging.getLogger("anybody").exception("it failed")


def test_an_error_is_told_without_its_message(written: StringIO) -> None:
    raise_quoting("my secret words")
    (line,) = written.getvalue().splitlines()
    told = json.loads(line)
    assert told["exception"] == "builtins.RuntimeError from builtins.ValueError"
    assert any("raise_quoting" in place for place in told["trace"])
    assert "my secret words" not in line


def test_what_an_operator_must_know_is_told(written: StringIO) -> None:
    try:
        raise OperationalError("connection refused")
    except OperationalError:
        logging.getLogger("anybody").exception("no database")
    assert "connection refused" in json.loads(written.getvalue())["exception"]


def test_libraries_keep_what_they_handle_to_themselves(written: StringIO) -> None:
    logging.getLogger("oauthlib.oauth2").debug("Issuing token %s", "sEcReT")
    logging.getLogger("somebody.new").info("handling %s", "sEcReT")
    logging.getLogger("jobs.execution").debug("ours")
    (line,) = written.getvalue().splitlines()
    assert json.loads(line)["event"] == "ours"


def test_every_library_writes_the_same_json(written: StringIO) -> None:
    logging.getLogger("_granian").error("Unexpected exit from worker-%s", 1)
    logging.getLogger("django.request").error("Internal Server Error: %s", "/setup/sEcReT")
    logging.getLogger("py.warnings").warning("an old way")
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert [line["event"] for line in lines] == [
        "Unexpected exit from worker-1",
        "a request failed",
        "an old way",
    ]
    assert all({"level", "logger", "timestamp"} <= line.keys() for line in lines)


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/v2/issuers/abc123", "/v2/issuers/abc123"),
        ("/v2/issuers", "/v2/issuers"),
        ("/setup/sEcReT", "/setup/<str:token>"),
        ("/setup/sEcReT/", "/setup/…"),
        ("/ada@example.org", "/…"),
        ("/unknown", "/unknown"),
        ("/", "/"),
    ],
)
def test_paths_are_logged_without_secrets(path: str, logged: str) -> None:
    request = RequestFactory().get(path)
    try:
        request.resolver_match = resolve(path)
    except Exception:
        request.resolver_match = None
    assert redact(path_of(request)) == logged


@pytest.mark.django_db
def test_a_format_that_nobody_promised_is_no_failure(client, written: StringIO) -> None:
    assert client.get("/public/oembed?format=xml").status_code == 501
    assert "a request failed" not in written.getvalue()
