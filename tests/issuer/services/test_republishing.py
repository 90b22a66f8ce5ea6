"""`republish`: what changed is rewritten, what did not is left alone, and a second run finds
nothing to do.
"""

from urllib.parse import urlencode

import orjson
import pytest
from django.core.management import call_command
from django.utils import timezone

from activity.models import LogEntry
from issuer.models import Assertion, BadgeClass, Issuer
from issuer.services import republishing
from issuer.services.republishing import republish
from issuer.services.revocations import revoke_assertion
from tests.support.worlds import API, SERVER, acting, awarded, badge_class_of, issuer_of, person


@pytest.fixture
def badge_class(db) -> BadgeClass:
    return badge_class_of(issuer_of(person()))


def test_nothing_to_do_writes_nothing(badge_class):
    before = awarded(badge_class).updated_at
    assert republish(actor=SERVER) == 0
    assert Assertion.objects.get().updated_at == before


def test_stale_documents_are_rendered_anew(badge_class, monkeypatch):
    monkeypatch.setattr(republishing, "BATCH", 2)
    rows = [awarded(badge_class, f"r{n}@example.org") for n in range(5)]
    Assertion.objects.update(document=b"{}", etag="stale")
    told = []
    assert republish(actor=SERVER, progress=lambda *line: told.append(line)) == 5
    assert {row.etag for row in Assertion.objects.all()} == {row.etag for row in rows}
    assert [line for line in told if line[0] == "assertions"] == [
        ("assertions", 2, 2), ("assertions", 4, 4), ("assertions", 5, 5),
    ]  # fmt: skip
    assert republish(actor=SERVER) == 0


def test_what_was_done_before_a_cut_is_not_done_again(badge_class, monkeypatch):
    monkeypatch.setattr(republishing, "BATCH", 2)
    for number in range(4):
        awarded(badge_class, f"r{number}@example.org")
    Assertion.objects.update(document=b"{}", etag="stale")

    def cut(collection: str, done: int, changed: int) -> None:
        if collection == "assertions":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        republish(actor=SERVER, progress=cut)
    assert Assertion.objects.filter(etag="stale").count() == 2
    assert republish(actor=SERVER) == 2


def test_a_revoked_award_stays_revoked(badge_class):
    row = awarded(badge_class)
    owner = badge_class.created_by
    revoke_assertion(actor=acting(owner), assertion=row, reason="Copied")
    Assertion.objects.update(document=b"{}", etag="stale", http_status=200)
    republish(actor=SERVER)
    row.refresh_from_db()
    assert row.http_status == 410
    assert orjson.loads(bytes(row.document))["revoked"] is True


def test_only_rebase_changes_ids(badge_class, settings, capsys):
    awarded(badge_class)
    settings.LAUREL_URL = "https://new.example.org"
    assert republish(actor=SERVER) == 0
    call_command("republish", rebase=True)
    shown = capsys.readouterr()
    assert "old ids" in shown.err
    assert "3 documents changed" in shown.out
    for model in (Issuer, BadgeClass, Assertion):
        document = orjson.loads(bytes(model.objects.get().document))
        assert document["id"].startswith("https://new.example.org/public/")
    assert orjson.loads(bytes(Assertion.objects.get().document))["badge"].startswith(
        "https://new.example.org/"
    )


def test_a_rebase_that_was_cut_off_leaves_answers_everywhere(badge_class, settings, client):
    award = awarded(badge_class)
    settings.LAUREL_URL = "https://new.example.org"

    def paths():
        yield f"/public/badges/{badge_class.entity_id}?expand=issuer"
        for more in ("?expand=badge&expand=badge.issuer", "?v=1_1&expand=badge"):
            yield f"/public/assertions/{award.entity_id}{more}"
        baked = client.get(f"/public/assertions/{award.entity_id}/baked?v=1_1")
        yield baked["Location"]

    for cut_after in ("issuers", "badges", "assertions"):

        def cut(collection: str, done: int, changed: int, here: str = cut_after) -> None:
            if collection == here:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            republish(actor=SERVER, rebase=True, progress=cut)
        assert {client.get(path).status_code for path in paths()} == {200}
    whole = client.get(f"/public/assertions/{award.entity_id}?expand=badge&expand=badge.issuer")
    assert whole.json()["badge"]["issuer"]["id"].startswith("https://new.example.org/")


def test_feeds_tell_every_object_that_was_rebased_once(badge_class, settings):
    awarded(badge_class)
    api = API(badge_class.created_by)
    since = timezone.now().isoformat()
    republish(actor=SERVER, rebase=True)
    assert not LogEntry.objects.filter(verb__endswith=".rebased").exists()
    settings.LAUREL_URL = "https://new.example.org"
    for _ in range(2):
        republish(actor=SERVER, rebase=True)
    for kind in ("issuer", "badgeclass", "assertion"):
        assert LogEntry.objects.get(verb=f"{kind}.rebased").channel == "command"
        told = api.send("GET", f"/v2/{KINDS[kind]}/changed?{urlencode({'since': since})}").json()
        (row,) = told["result"]
        assert row["openBadgeId"].startswith("https://new.example.org/")


KINDS = {"issuer": "issuers", "badgeclass": "badgeclasses", "assertion": "assertions"}
