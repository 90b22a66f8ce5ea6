"""Cards at their addresses, and the jobs that make them beforehand."""

import io

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from issuer.models import BadgeClass, Issuer
from issuer.services.badge_classes import update_badge_class
from issuer.services.issuers import update_issuer
from jobs.models import Job
from jobs.worker import run_due
from public.cards import making
from tests.support.envelopes import failure_of
from tests.support.worlds import acting, awarded, badge_class_of, issuer_of


def path_of(row) -> str:
    return f"/public/{row.collection}/{row.entity_id}/card.png"


def kept() -> set[str]:
    return set(default_storage.listdir("cards")[1]) if default_storage.exists("cards") else set()


@pytest.fixture
def composed(monkeypatch) -> list[dict]:
    """What was composed, one entry a time."""
    calls: list[dict] = []

    def compose(**facts):
        calls.append(facts)
        return original(**facts)

    original = making.compose
    monkeypatch.setattr(making, "compose", compose)
    return calls


def test_each_object_has_a_card(client, world):
    for row in (world.issuer, world.badge_class, world.svg_class, world.assertion):
        answer = client.get(path_of(row))
        assert answer.status_code == 200
        assert answer["Content-Type"] == "image/png"
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert answer["Cache-Control"] == "public, max-age=300"
        assert not answer.cookies
        assert Image.open(io.BytesIO(answer.content)).size == (1200, 630)


def test_a_card_is_composed_once(client, world, composed):
    first = client.get(path_of(world.assertion))
    for row in (world.assertion, world.badge_class, awarded(world.badge_class, "x@example.org")):
        assert client.get(path_of(row)).content == first.content
    assert len(composed) == len(kept()) == 1
    assert composed[0]["title"] == "First steps"
    assert composed[0]["byline"] == "University"


def test_asking_again_costs_nothing(client, world, composed):
    tag = client.get(path_of(world.assertion))["ETag"]
    with CaptureQueriesContext(connection) as caught:
        answer = client.get(path_of(world.assertion), headers={"If-None-Match": tag})
    assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", tag)
    assert len(caught) == 1
    assert len(composed) == 1


def test_no_card_says_whose_it_is(client, world, composed):
    row = awarded(world.badge_class, "secret@example.org", recipient_name="Secret Surname")
    client.get(path_of(row))
    assert "ecret" not in str(composed)


def test_a_revoked_award_has_none(client, world):
    failure_of(client.get(path_of(world.revoked)), 410)
    page = client.get(
        f"/public/assertions/{world.revoked.entity_id}", headers={"Accept": "text/html"}
    )
    assert b"og:image" not in page.content
    assert b"twitter:card" not in page.content


def test_unknown_ids_and_methods(client, world):
    for collection in ("issuers", "badges", "assertions"):
        failure_of(client.get(f"/public/{collection}/none/card.png"), 404)
    assert client.post(path_of(world.assertion)).status_code == 405


def test_the_worker_makes_them_beforehand(client, world, composed):
    run_due()
    made = len(composed)
    assert made == len(kept()) > 0
    for row in (world.issuer, world.badge_class, world.assertion):
        assert client.get(path_of(row)).status_code == 200
    assert len(composed) == made


def test_jobs_hold_ids_and_are_not_doubled(world):
    badge_class_of(world.issuer, name="Third")
    jobs = Job.objects.filter(kind__startswith="public.")
    payloads = [job.payload["id"] for job in jobs]
    ids = {row.entity_id for row in (*Issuer.objects.all(), *BadgeClass.objects.all())}
    assert set(payloads) == ids
    assert len(payloads) == len(ids)


def test_another_name_makes_another_card(client, world, composed):
    run_due()
    before = client.get(path_of(world.assertion))
    composed.clear()
    owner = acting(world.issuer.created_by)
    update_issuer(actor=owner, issuer=world.issuer, name="Academy")
    run_due()
    shown = {(card["title"], card["byline"]) for card in composed}
    assert ("Academy", "") in shown
    assert {byline for title, byline in shown if title != "Academy"} == {"Academy"}
    assert len(composed) == 1 + BadgeClass.objects.filter(issuer=world.issuer).count()
    composed.clear()
    after = client.get(path_of(world.assertion))
    assert (after["ETag"], after.content) != (before["ETag"], before.content)
    assert composed == []
    update_badge_class(actor=owner, badge_class=world.badge_class, name="Second steps")
    run_due()
    assert [card["title"] for card in composed] == ["Second steps"]


def test_a_job_done_twice_is_done_once(world, composed):
    payload = {"id": world.badge_class.entity_id}
    making.make_badge_card(payload)
    making.make_badge_card(payload)
    making.make_badge_card({"id": "gone"})
    making.make_issuer_cards({"id": "gone"})
    assert len(composed) == 1


def test_a_lost_file_is_made_again(client, world, composed):
    content = client.get(path_of(world.issuer)).content
    default_storage.delete(making.card_of(world.issuer).file)
    assert client.get(path_of(world.issuer)).content == content
    assert len(composed) == 2


def test_an_issuer_without_a_logo_has_a_card(client, world, composed):
    bare = issuer_of(world.issuer.created_by, name="Bare")
    assert client.get(path_of(bare)).status_code == 200
    assert composed == [{"title": "Bare", "byline": "", "picture": b""}]
