"""`num`, `cursor` and the Link header (badgr-api.md 2.1 and 9)."""

import re
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta

import pytest
from django.test import RequestFactory
from rest_framework.request import Request

from api.paging import page_size
from issuer.models import Issuer
from tests.support.envelopes import failure_of, result_of
from tests.support.worlds import issuer_of

LINK = re.compile(r'<([^>]+)>; rel="(next|prev)"')
START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def issuers(ada) -> list[str]:
    """Seven, of which four came in one moment; newest first, equal ones by id."""
    made = [issuer_of(ada, name=f"Issuer {number}") for number in range(7)]
    for number, issuer in enumerate(made):
        moment = START + timedelta(hours=0 if number < 4 else number)
        Issuer.objects.filter(pk=issuer.pk).update(created_at=moment)
    rows = Issuer.objects.order_by("-created_at", "-entity_id")
    return list(rows.values_list("entity_id", flat=True))


def ids(answer) -> list[str]:
    return [row["entityId"] for row in result_of(answer)]


def links(answer) -> dict[str, str]:
    header = answer.headers.get("Link", "")
    found = {rel: url for url, rel in LINK.findall(header)}
    assert all(url.startswith("http://localhost:8000/v2/issuers?") for url in found.values())
    return {rel: url.removeprefix("http://localhost:8000") for rel, url in found.items()}


def test_without_num_the_list_is_whole(api, issuers):
    answer = api.get("/v2/issuers")
    assert sorted(ids(answer)) == sorted(issuers)
    assert "Link" not in answer


@pytest.mark.parametrize("num", ["x", "", "1.5", "1e3", "9" * 5000])
def test_a_num_that_is_no_number(api, issuers, num):
    assert len(ids(api.get(f"/v2/issuers?num={num}"))) == 7


@pytest.mark.parametrize(("num", "rows"), [("0", 1), ("-5", 1), ("1", 1), ("3", 3), ("99999", 7)])
def test_num_is_clamped(api, issuers, num, rows):
    assert len(ids(api.get(f"/v2/issuers?num={num}"))) == rows


def test_no_more_than_500():
    request = Request(RequestFactory().get("/v2/issuers?num=501"))
    assert page_size(request) == 500


@pytest.mark.parametrize("num", [1, 2, 3, 6, 7])
def test_following_the_links_sees_every_row_once(api, issuers, num):
    seen, answer = [], api.get(f"/v2/issuers?num={num}")
    while True:
        seen += ids(answer)
        if "next" not in links(answer):
            break
        answer = api.get(links(answer)["next"])
    assert seen == issuers
    back = []
    while True:
        back = ids(answer) + back
        if "prev" not in links(answer):
            break
        answer = api.get(links(answer)["prev"])
    assert back == issuers


def test_links_keep_the_other_parameters(api, issuers):
    answer = api.get("/v2/issuers?num=2&include_staff=0&a=%22%3E")
    following = links(answer)["next"]
    assert "num=2" in following
    assert "include_staff=0" in following
    assert answer["Access-Control-Expose-Headers"] == "Link"


def test_links_are_under_our_own_origin(api, issuers):
    answer = api.get("/v2/issuers?num=2", Host="127.0.0.1:9999")
    assert links(answer)["next"]


def cursor(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


MOMENT = "2026-01-01T00:00:00+00:00"


def test_a_cursor(api, issuers):
    assert ids(api.get(f"/v2/issuers?num=2&cursor={cursor(f'+{MOMENT} ~')}")) == issuers[3:5]


@pytest.mark.parametrize(
    "value",
    ["", "x", "é", "====", cursor(f"+{MOMENT}"), cursor(f"{MOMENT} a"), cursor(f"*{MOMENT} a"),
     cursor("+2026-01-01 a"), cursor("+2026-01-01T00:00:00 a"), cursor(f"+{MOMENT} a b"),
     cursor("+2026-13-45T00:00:00+00:00 a"), cursor(f"+{MOMENT} \x00"), cursor("+x a"),
     cursor(f"+{MOMENT} a") + "!"],
)  # fmt: skip
def test_a_bad_cursor(api, issuers, value):
    answer = api.get(f"/v2/issuers?num=2&cursor={value}")
    assert failure_of(answer, 404)["validationErrors"] == ["Invalid cursor"]


def test_a_cursor_without_num_means_nothing(api, issuers):
    assert len(ids(api.get("/v2/issuers?cursor=x"))) == 7


def test_a_page_takes_a_constant_number_of_queries(api, issuers, django_assert_max_num_queries):
    for num in (1, 7):
        with django_assert_max_num_queries(6):
            api.get(f"/v2/issuers?num={num}")
