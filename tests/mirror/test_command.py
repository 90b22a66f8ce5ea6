"""`laurel mirror`, in words and JSON."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from jobs.worker import run_due
from mirror.models import BadgeProvider, MirroredBadgeClass
from tests.mirror.conftest import provider_of
from tests.mirror.remote import PASSWORD, USERNAME, garbage, status
from tests.support.worlds import awarded, issuer_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def data_is_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.printing.prepare_data", lambda: None)


def mirror(*arguments: str) -> dict[str, Any]:
    out = StringIO()
    try:
        call_command("mirror", *arguments, stdout=out)
    except SystemExit as ended:
        assert ended.code == 1
    return json.loads(out.getvalue())


def add(remote, *more: str) -> dict[str, Any]:
    return mirror(
        *("add", "--type", "badgr", "--name", "Remote", "--slug", "remote"),
        *("--url", f"{remote.url}/v2/", "--issuer-entity-id", "remote-issuer", *more),
    )


def test_add_and_list(issuer, badge_class, remote, settings) -> None:
    settings.BADGE_PROVIDER_USERNAME, settings.BADGE_PROVIDER_PASSWORD = USERNAME, PASSWORD
    made = add(remote, "--all-classes")
    assert made == {
        "slug": "remote", "name": "Remote", "type": "badgr", "url": remote.url,
        "issuer": issuer.entity_id, "issuerEntityId": "remote-issuer", "allClasses": True,
        "created": True,
    }  # fmt: skip
    assert add(remote, "--all-classes")["created"] is False
    assertion = awarded(badge_class)
    remote.fail("POST", "/assertions", status(400))
    run_due()
    (listed,) = mirror("list")["mirrors"]
    assert listed["awards"] == {"staged": 0, "in_progress": 0, "complete": 0, "failed": 1}
    assert listed["failed"] == [{
        "entityId": assertion.entity_id, "remoteId": "", "state": "failed", "attempts": 1,
        "httpStatus": 400, "lastError": "Rejected: says 400 bad request",
    }]  # fmt: skip
    assert [row["state"] for row in listed["badgeClasses"]] == ["complete"]
    assert mirror("retry") == {"retried": 1, "mirrors": {"remote": 1}}
    run_due()
    assert len(remote.awards) == 1
    assert mirror("remove", "--slug", "remote") == {"removed": "remote"}
    assert mirror("list") == {"mirrors": []}


def test_classes_are_chosen(issuer, badge_class, remote) -> None:
    there = remote.add(remote.classes, {"name": "Theirs"})["entityId"]
    add(remote, "--badge-class", f"{badge_class.entity_id}={there}")
    assert MirroredBadgeClass.objects.get().remote_id == there


def test_it_says_what_is_missing(issuer, remote) -> None:
    with pytest.raises(CommandError, match="needs --name, --url"):
        mirror("add", "--type", "badgr", "--slug", "x", "--issuer-entity-id", "y")
    issuer_of(issuer.created_by, name="Another")
    with pytest.raises(CommandError, match="several issuers"):
        add(remote)
    with pytest.raises(CommandError, match="There is no mirror nowhere"):
        mirror("test", "--slug", "nowhere")
    assert not BadgeProvider.objects.exists()


def test_reconcile_tells_numbers_or_what_is_wrong(provider, badge_class, remote) -> None:
    awarded(badge_class)
    run_due()
    (told,) = mirror("reconcile")["mirrors"]
    assert (told["slug"], told["here"], told["there"]) == ("remote", 1, 1)
    remote.fail("GET", "/assertions", status(503))
    assert mirror("reconcile") == {
        "mirrors": [{"slug": "remote", "problem": "The remote answered 503."}]
    }


def test_a_mirror_in_use_does_not_become_another_one(provider, badge_class, remote) -> None:
    change = ("--issuer-entity-id", "another-issuer")
    assert add(remote, *change)["issuerEntityId"] == "another-issuer", "nothing is there yet"
    add(remote, "--all-classes")
    awarded(badge_class)
    run_due()
    with pytest.raises(CommandError, match="Remove it and add it anew"):
        add(remote, *change)
    own = provider.issuer.entity_id
    another = issuer_of(badge_class.created_by, name="Another")
    with pytest.raises(CommandError, match="Remove it and add it anew"):
        add(remote, "--issuer", another.entity_id)
    assert add(remote, "--all-classes", "--issuer", own)["created"] is False
    provider.refresh_from_db()
    assert provider.issuer_entity_id == "remote-issuer"


PROBLEMS = {
    "URL: http://127.0.0.1:1 does not answer": {"api_url": "http://127.0.0.1:1"},
    "URL: 10.0.0.1 is at a private": {"api_url": "http://10.0.0.1"},
    "Credentials: The remote refuses user name or password: Invalid": {"password": "wrong"},
    "Credentials: there is no user name": {"username": "", "password": ""},
    "Issuer: the remote knows no issuer nobody": {"issuer_entity_id": "nobody"},
}


@pytest.mark.parametrize(("sentence", "fields"), PROBLEMS.items(), ids=PROBLEMS)
def test_what_is_wrong_is_said_in_words(sentence, fields, issuer, remote) -> None:
    provider_of(issuer, remote, **fields)
    told = mirror("test")
    assert told["ok"] is False
    assert told["mirrors"][0]["problem"].startswith(sentence)


def test_a_small_role_and_strange_answers_are_named(provider, remote) -> None:
    assert mirror("test") == {
        "ok": True, "mirrors": [{"slug": "remote", "ok": True, "problem": None}]}  # fmt: skip
    remote.staff = [1]
    assert "cannot be read" in mirror("test")["mirrors"][0]["problem"]
    remote.staff = []
    remote.role = "staff"
    assert "Role: this account is staff of There." in mirror("test")["mirrors"][0]["problem"]
    for fault, sentence in [(garbage, "does not answer as a badgr server"),
                            (status(503), "fails for now"), (status(403), "Role:")]:  # fmt: skip
        remote.fail("GET", "/issuers/remote-issuer", fault)
        assert sentence in mirror("test")["mirrors"][0]["problem"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://API.Badgr.example/v2/", "https://api.badgr.example"),
        (" https://badgr.example/path/?x=1#y ", "https://badgr.example/path"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
    ],
)
def test_addresses_are_normalised(given, kept, issuer, remote) -> None:
    assert provider_of(issuer, remote, api_url=given).api_url == kept


@pytest.mark.parametrize("url", ["badgr.example", "ftp://badgr.example", "https://a:b@c.example"])
def test_other_addresses_are_refused(url, issuer, remote) -> None:
    remote.url = url
    with pytest.raises(CommandError, match="http or https address"):
        add(remote)
