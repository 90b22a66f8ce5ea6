"""/issuances/{id}/: progress, the result as a table, and taking all of it back."""

import csv
import io

import pytest
from django.test import Client

from issuer.models import Issuance, Role
from issuer.services.award_drafts import Award
from issuer.services.issuances import start_issuance
from jobs.worker import run_due
from tests.issuer.web.conftest import browser_of
from tests.support.worlds import acting, awarded, staff


@pytest.fixture
def issuance(ada, badge_class) -> Issuance:
    """Three rows of a table, of whom the second holds the badge already."""
    awarded(badge_class, "alan@example.org")
    awards = [
        Award(identity=f"{name}@example.org", recipient_name=shown, exclusive=True)
        for name, shown in (("grace", "=Grace"), ("alan", "Alan"), ("edsger", "Édsger"))
    ]
    return start_issuance(
        actor=acting(ada), badge_class=badge_class, awards=awards, lines=[2, 4, 5]
    )


@pytest.fixture
def path(issuance) -> str:
    return f"/issuances/{issuance.entity_id}/"


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def table_of(client: Client, path: str) -> list[list[str]]:
    answer = client.get(f"{path}result.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Cache-Control"] == "no-store"
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_before_and_after(browser, path):
    page = text_of(browser, path)
    assert "0 of 3 rows are done" in page and "Look again" in page
    assert "data-under-way" in page
    assert "Revoke all" not in page
    run_due()
    page = text_of(browser, path)
    assert "3 of 3 rows are done" in page and "Look again" not in page
    assert "data-under-way" not in page
    assert "Line 4: A previous award" in page


def test_the_result_as_a_table(browser, path):
    assert table_of(browser, path)[1:] == []
    run_due()
    head, *rows = table_of(browser, path)
    assert head == ["line", "recipient", "name", "result", "award", "reason"]
    assert [row[:4] for row in rows] == [
        ["2", "grace@example.org", "'=Grace", "awarded"],
        ["5", "edsger@example.org", "Édsger", "awarded"],
        ["4", "", "", "refused"],
    ]
    assert rows[0][4].startswith("http://localhost:8000/public/assertions/")
    assert "previous award" in rows[2][5]


def test_taking_all_of_it_back(browser, path):
    run_due()
    assert browser.post(f"{path}undo/", {"reason": "@mistake"})["Location"] == path
    assert "being revoked" in text_of(browser, path)
    run_due()
    assert "All of them are revoked." in text_of(browser, path)
    _, *rows = table_of(browser, path)
    assert [(row[3], row[5]) for row in rows[:2]] == [("revoked", "'@mistake")] * 2


@pytest.mark.parametrize("reason", [None, "", "x" * 256])
def test_it_needs_a_reason(browser, path, reason):
    run_due()
    answer = browser.post(f"{path}undo/", {} if reason is None else {"reason": reason})
    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()
    assert Issuance.objects.get().state == "complete"


def test_not_while_it_is_under_way(browser, path):
    answer = browser.post(f"{path}undo/", {"reason": "mistake"})
    assert answer.status_code == 400
    assert "under way" in answer.content.decode()


def test_staff_see_it_but_do_not_undo(path, issuer):
    run_due()
    bob = browser_of(staff(issuer, "bob@example.org", Role.STAFF))
    assert "Revoke all" not in text_of(bob, path)
    assert bob.post(f"{path}undo/", {"reason": "mistake"}).status_code == 403
    assert Issuance.objects.get().state == "complete"


def test_strangers_do_not_know_it(stranger, path):
    for answer in (stranger.get(path), stranger.get(f"{path}result.csv"),
                   stranger.post(f"{path}undo/", {"reason": "mistake"})):  # fmt: skip
        assert answer.status_code == 404


def test_anonymous_people_are_led_to_the_sign_in(path):
    for address in (path, f"{path}result.csv"):
        assert Client().get(address)["Location"].startswith("/accounts/login/")


def test_a_constant_number_of_queries(browser, path, django_assert_max_num_queries):
    run_due()
    with django_assert_max_num_queries(6):
        table_of(browser, path)
