"""`republish`: what changed is rewritten, what did not is left alone, and a second run finds
nothing to do.
"""

import orjson
import pytest
from django.core.management import call_command

from issuer.models import Assertion, BadgeClass, Issuer
from issuer.services import republishing
from issuer.services.republishing import republish
from issuer.services.revocations import revoke_assertion
from tests.support.worlds import acting, awarded, badge_class_of, issuer_of, person


@pytest.fixture
def badge_class(db) -> BadgeClass:
    return badge_class_of(issuer_of(person()))


def test_nothing_to_do_writes_nothing(badge_class):
    before = awarded(badge_class).updated_at
    assert republish() == 0
    assert Assertion.objects.get().updated_at == before


def test_stale_documents_are_rendered_anew(badge_class, monkeypatch):
    monkeypatch.setattr(republishing, "BATCH", 2)
    rows = [awarded(badge_class, f"r{n}@example.org") for n in range(5)]
    Assertion.objects.update(document=b"{}", etag="stale")
    told = []
    assert republish(progress=lambda *line: told.append(line)) == 5
    assert {row.etag for row in Assertion.objects.all()} == {row.etag for row in rows}
    assert [line for line in told if line[0] == "assertions"] == [
        ("assertions", 2, 2), ("assertions", 4, 4), ("assertions", 5, 5),
    ]  # fmt: skip
    assert republish() == 0


def test_what_was_done_before_a_cut_is_not_done_again(badge_class, monkeypatch):
    monkeypatch.setattr(republishing, "BATCH", 2)
    for number in range(4):
        awarded(badge_class, f"r{number}@example.org")
    Assertion.objects.update(document=b"{}", etag="stale")

    def cut(collection: str, done: int, changed: int) -> None:
        if collection == "assertions":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        republish(progress=cut)
    assert Assertion.objects.filter(etag="stale").count() == 2
    assert republish() == 2


def test_a_revoked_award_stays_revoked(badge_class):
    row = awarded(badge_class)
    owner = badge_class.created_by
    revoke_assertion(actor=acting(owner), assertion=row, reason="Copied")
    Assertion.objects.update(document=b"{}", etag="stale", http_status=200)
    republish()
    row.refresh_from_db()
    assert row.http_status == 410
    assert orjson.loads(bytes(row.document))["revoked"] is True


def test_only_rebase_changes_ids(badge_class, settings, capsys):
    awarded(badge_class)
    settings.LAUREL_URL = "https://new.example.org"
    assert republish() == 0
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
