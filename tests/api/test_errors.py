"""From exceptions to the envelope (badgr-api.md 3 and 9; DESIGN 9)."""

import pytest
from django.core import exceptions as django_errors
from django.http import Http404
from rest_framework import exceptions as drf_errors

from api.envelope import failure
from api.errors import (
    Conflict,
    InsufficientScope,
    InvalidCursor,
    InvalidItems,
    Unprocessable,
    describe,
    flatten,
    headers_of,
)
from tests.support.envelopes import failure_of

NOT_FOUND = "entity not found or insufficient privileges"


@pytest.mark.parametrize(
    ("error", "status", "description"),
    [
        (drf_errors.ValidationError({"name": ["x"]}), 400, "bad request"),
        (django_errors.ValidationError("x"), 400, "bad request"),
        (drf_errors.ParseError("x"), 400, "bad request"),
        (django_errors.SuspiciousOperation("secret"), 400, "bad request"),
        (drf_errors.NotAuthenticated(), 401, "no valid auth token found"),
        (drf_errors.AuthenticationFailed(), 401, "no valid auth token found"),
        (django_errors.PermissionDenied("x"), 403, "insufficient privileges"),
        (InsufficientScope({"b", "a"}), 403, "insufficient privileges"),
        (Http404("secret"), 404, NOT_FOUND),
        (django_errors.ObjectDoesNotExist("secret"), 404, NOT_FOUND),
        (drf_errors.NotFound("User not found."), 404, NOT_FOUND),
        (InvalidCursor(), 404, "miscellaneous error"),
        (drf_errors.MethodNotAllowed("PATCH"), 405, "miscellaneous error"),
        (drf_errors.NotAcceptable(), 406, "miscellaneous error"),
        (Conflict("x"), 409, "conflict"),
        (django_errors.RequestDataTooBig(), 413, "bad request"),
        (drf_errors.UnsupportedMediaType("a/b"), 415, "miscellaneous error"),
        (Unprocessable("x"), 422, "unprocessable request"),
        (drf_errors.Throttled(7), 429, "miscellaneous error"),
    ],
)
def test_every_error_has_its_envelope(error, status, description):
    found, body = describe(error)
    assert found == status
    assert set(body) == {"status", "result", "fieldErrors", "validationErrors"}
    assert body["status"] == {"success": False, "description": description}
    assert body["result"] == []
    assert all(isinstance(text, str) for text in body["validationErrors"])
    assert "secret" not in str(body)


def test_what_is_not_ours_stays_an_exception():
    assert describe(ZeroDivisionError()) == (0, {})


def test_headers():
    assert headers_of(InsufficientScope({"b", "a"})) == {
        "WWW-Authenticate": 'Bearer error="insufficient_scope", scope="a b"'
    }
    assert headers_of(drf_errors.Throttled(7)) == {"Retry-After": "7"}
    assert headers_of(Http404()) == {}


@pytest.mark.parametrize(
    ("detail", "fields", "rest"),
    [
        ({"name": ["a", "b"]}, {"name": ["a", "b"]}, []),
        ({"image": "text"}, {"image": ["text"]}, []),
        (["a", "b"], {}, ["a", "b"]),
        ({"non_field_errors": ["a"]}, {}, ["a"]),
        ({"recipient": {"identity": ["a"]}}, {"recipient.identity": ["a"]}, []),
        ({"recipient": {"non_field_errors": ["a"]}}, {"recipient": ["a"]}, []),
        ({"staff": [{}, {"role": ["a"]}]}, {"staff.1.role": ["a"]}, []),
        ({"tags": {0: ["a"], 2: ["b"]}}, {"tags.0": ["a"], "tags.2": ["b"]}, []),
        ({"evidence": [{"url": ["a"]}, {"non_field_errors": ["b"]}]},
         {"evidence.0.url": ["a"], "evidence.1": ["b"]}, []),
        ({}, {}, []),
    ],
)  # fmt: skip
def test_flattening(detail, fields, rest):
    assert flatten(drf_errors.ValidationError(detail).detail) == (fields, rest)


def test_django_messages_get_the_names_of_the_api():
    error = django_errors.ValidationError(
        {"criteria_url": ["a"], "recipient.identity": ["b"], "__all__": ["c"]}
    )
    assert describe(error)[1] == failure(
        "bad request",
        field_errors={"criteriaUrl": ["a"], "recipient.identity": ["b"]},
        validation_errors=["c"],
    )


def test_django_messages_are_filled_in():
    error = django_errors.ValidationError("at most %(n)s", params={"n": 5})
    assert describe(error)[1]["validationErrors"] == ["at most 5"]


class TestOverHTTP:
    @pytest.mark.parametrize("path", ["/v2/", "/v2/nothing", "/v2/issuers/", "/o/nothing"])
    def test_unknown_addresses(self, api, path):
        answer = api.get(path)
        assert failure_of(answer, 404)["status"]["description"] == NOT_FOUND
        assert answer["Content-Type"] == "application/json"

    @pytest.mark.parametrize("method", ["PATCH", "PUT", "DELETE", "OPTIONS", "TRACE", "PURGE"])
    def test_wrong_method(self, api, method):
        answer = api.send(method, "/v2/issuers")
        assert failure_of(answer, 405)["validationErrors"] == [f'Method "{method}" not allowed.']
        assert answer["Allow"] == "GET, HEAD, POST"
        assert api.client.generic(method, "/v2/issuers").status_code == 405

    @pytest.mark.parametrize(
        ("accept", "kind"),
        [
            ("*/*", "application/json"),
            ("text/html,application/xhtml+xml,*/*;q=0.8", "application/json"),
            ("image/png", "application/json"),
            ("application/ld+json", "application/ld+json"),
            ("application/json, application/ld+json;q=0.5", "application/json"),
        ],
    )
    def test_it_is_json_whatever_is_accepted(self, api, accept, kind):
        for path, status in (("/v2/issuers", 200), ("/v2/issuers/unknown", 404)):
            answer = api.get(path, Accept=accept)
            assert (answer.status_code, answer["Content-Type"]) == (status, kind)
            assert answer.json()

    def test_it_may_be_accepted_or_not_at_all(self, api):
        assert api.get("/v2/issuers")["Content-Type"] == "application/json"
        assert api.get("/v2/issuers?format=html")["Content-Type"] == "application/json"

    @pytest.mark.parametrize("path", ["/v2/issuers/%00", "/v2/issuers/a%00b", "/v2/assertions/%00"])
    def test_nul_in_the_path(self, api, path):
        failure_of(api.get(path), 404)

    def test_nul_in_the_query(self, api, badge_class):
        path = f"/v2/badgeclasses/{badge_class.entity_id}/assertions"
        failure_of(api.get(f"{path}?recipient=%00"), 400)
        failure_of(api.get(f"{path}?num=5&cursor=%00"), 400)

    @pytest.mark.parametrize("charset", ["utf-16", "iso-8859-1", "nonsense"])
    def test_a_charset_cannot_break_the_query(self, api, charset):
        answer = api.get("/v2/issuers?num=1", **{"Content-Type": f"text/plain; charset={charset}"})
        assert answer.status_code == 200

    @pytest.mark.parametrize("entity_id", ["x" * 5000, "%ff", "..%2f..", "'--", "☃"])
    def test_strange_ids_are_unknown_ones(self, api, entity_id):
        failure_of(api.get(f"/v2/issuers/{entity_id}"), 404)


def test_what_was_sent_is_not_sent_back_whole():
    long = "x" * 1_000_000
    choice = drf_errors.ValidationError({"role": [f'"{long}" is not a valid choice.'], long: ["a"]})
    _, body = describe(choice)
    ((text,), _) = body["fieldErrors"].values()
    assert text.startswith('"xxx')
    assert text.endswith(" is not a valid choice.")
    assert len(str(body)) < 1500
    items = describe(InvalidItems({0: {"role": [long]}}))[1]
    assert len(str(items)) < 1000
    assert len(describe(django_errors.ValidationError(long))[1]["validationErrors"][0]) == 300


def test_names_of_others_stay():
    error = InvalidItems({3: {"extensions.extensions:my_ext.type": ["a"], "issued_on": ["b"]}})
    assert describe(error)[1]["fieldErrors"] == {
        "3": {"extensions.extensions:my_ext.type": ["a"], "issuedOn": ["b"]}
    }
