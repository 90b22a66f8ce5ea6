"""/unsubscribe/{token}/: by whoever has the link; a GET changes nothing, one POST is enough."""

import re

import pytest
from django.test import Client

from accounts.secrets import seal
from jobs.worker import run_due
from notify.mail.links import unsubscribe_link
from notify.mail.queries import unsubscribed_from
from notify.models import Unsubscription
from tests.support.worlds import awarded

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(badge_class):
    return awarded(badge_class, notify=False)


@pytest.fixture
def path(made, issuer) -> str:
    return unsubscribe_link(made.recipient_id, issuer.pk).removeprefix("http://localhost:8000")


@pytest.fixture
def stranger() -> Client:
    """With cross-site checks as in service, and no cookie."""
    return Client(enforce_csrf_checks=True)


def unsubscribed(made) -> set[str]:
    return unsubscribed_from(made.recipient, made.issuer)


def test_the_link_of_a_mail_works(badge_class, sink, stranger):
    """RFC 8058: the address stands in List-Unsubscribe, the body is this one and no other."""
    made = awarded(badge_class)
    run_due()
    (letter,) = sink.letters
    (path,) = re.findall(r"<http://localhost:8000(/.+)>", letter["List-Unsubscribe"])
    answer = stranger.post(
        path, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 200
    assert unsubscribed(made) == {"issuer"}
    assert "Set-Cookie" not in answer.headers
    awarded(badge_class)
    run_due()
    assert len(sink.letters) == 1


def test_a_get_changes_nothing(path, made, stranger):
    """Scanners of mails follow every link."""
    for method in (stranger.get, stranger.head):
        answer = method(path)
        assert answer.status_code == 200
    assert unsubscribed(made) == set()
    page = stranger.get(path).content.decode()
    assert "No more mails of University" in page
    assert made.recipient.identity not in page
    assert answer.headers["Cache-Control"].startswith("max-age=0")
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"


@pytest.mark.parametrize(
    ("wish", "left"),
    [("none-of-issuer", {"issuer"}), ("none-at-all", {"everything"}), ("nonsense", {"issuer"})],
)
def test_the_buttons(path, made, stranger, wish, left):
    for _ in range(2):
        assert stranger.post(path, {"mails": wish}).status_code == 200
    assert unsubscribed(made) == left
    assert Unsubscription.objects.count() == 1
    assert "You get no" in stranger.get(path).content.decode()
    stranger.post(path, {"mails": "again"})
    assert unsubscribed(made) == set()


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_wrong_method(path, stranger, method):
    assert getattr(stranger, method)(path).status_code == 405


@pytest.mark.parametrize("token", ["x", "gAAAAA", "ä", "%00", "a" * 2000])
def test_a_link_that_nobody_made(db, stranger, token):
    for method in (stranger.get, stranger.post):
        assert method(f"/unsubscribe/{token}/").status_code == 404
    assert not Unsubscription.objects.exists()


def test_a_seal_for_something_else_opens_nothing(made, issuer, stranger):
    for sealed in (f"reason {made.recipient_id} {issuer.pk}", "unsubscribe", ""):
        assert stranger.post(f"/unsubscribe/{seal(sealed)}/").status_code == 404


def test_who_is_gone(path, made, stranger):
    made.delete()
    made.recipient.delete()
    assert stranger.post(path).status_code == 404


def test_the_link_names_nobody(path, made):
    assert made.recipient.identity not in path
    assert made.entity_id not in path
