"""Lists of more than 1,000 awards: accepted with 202, worked off by a job, watched, taken back."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from activity.models import LogEntry
from api.courtesy import courtesy
from issuer.api.views import assertions
from issuer.models import Assertion, Issuance, IssuancePart, IssuerStaff, Role
from issuer.services import issuances, undoing
from issuer.services.awards import insert
from jobs.models import Job
from jobs.registry import schedules
from jobs.worker import run_due
from tests.support.envelopes import failure_of, result_of
from tests.support.threads import together
from tests.support.worlds import API, awarded, staff

ROWS = 25


@pytest.fixture(autouse=True)
def small(request, monkeypatch):
    """What is long, and a chunk, are small here; one test has them as they are."""
    if "as_shipped" not in request.keywords:
        monkeypatch.setattr(assertions, "MAX_AT_ONCE", 20)
        monkeypatch.setattr(issuances, "CHUNK", 10)


@pytest.fixture
def path(badge_class) -> str:
    return f"/v2/badgeclasses/{badge_class.entity_id}/issue"


def items(count: int = ROWS) -> list[dict]:
    return [{"recipient": {"identity": f"person{n}@example.org"}} for n in range(count)]


def started(api: API, path: str, body) -> str:
    answer = api.post(path, body)
    told = result_of(answer, 202)[0]
    assert answer["Location"] == told["statusUrl"]
    assert (told["state"], told["total"], told["done"]) == ("waiting", len(body), 0)
    return told["statusUrl"]


def test_it_is_accepted_and_worked_off(api, path):
    url = started(api, path, items())
    assert not Assertion.objects.exists()
    run_due()
    told = result_of(api.get(url))[0]
    assert told["state"] == "complete"
    assert (told["done"], told["awarded"], told["refused"]) == (ROWS, ROWS, 0)
    assert [row["row"] for row in told["rows"]] == list(range(ROWS))
    brief = result_of(api.get(f"{url}?brief=true"))[0]
    assert brief == {name: value for name, value in told.items() if name != "rows"}
    last = result_of(api.get(f"/v2/assertions/{told['rows'][-1]['assertion']}"))[0]
    assert last["recipient"]["plaintextIdentity"] == f"person{ROWS - 1}@example.org"
    assert api.client.get(f"/public/assertions/{last['entityId']}").status_code == 200


def test_dates_and_stories_go_through_the_seal(api, path):
    body = items()
    body[7] |= {
        "issuedOn": "2026-01-02T03:04:05.000678Z", "expires": "2090-01-01T00:00:00Z",
        "narrative": "Größe ✓", "evidence": [{"url": "https://e.example/", "narrative": "Seen."}],
        "notify": True,
    }  # fmt: skip
    url = started(api, path, body)
    run_due()
    row = result_of(api.get(url))[0]["rows"][7]
    made = result_of(api.get(f"/v2/assertions/{row['assertion']}"))[0]
    assert {name: made[name] for name in ("issuedOn", "expires", "narrative", "evidence")} == {
        name: body[7][name] for name in ("issuedOn", "expires", "narrative", "evidence")
    }
    entry = LogEntry.objects.get(verb="assertion.awarded", object_id=row["assertion"])
    assert entry.facts == {"notify": True}


def test_bad_rows_are_named_at_once_and_nothing_is_stored(api, path):
    body = items()
    body[3] = {"recipient": {"identity": "nobody"}}
    body[22] = {"recipient": {}}
    answer = api.post(path, body)
    assert answer.status_code == 400
    assert list(answer.json()["fieldErrors"]) == ["3", "22"]
    assert not Issuance.objects.exists()
    assert not Job.objects.filter(kind=issuances.JOB).exists()


def test_who_holds_it_already_is_refused_row_by_row(api, path, badge_class):
    awarded(badge_class, "person5@example.org", exclusive=True)
    url = started(api, path, items())
    run_due()
    told = result_of(api.get(url))[0]
    assert (told["awarded"], told["refused"]) == (ROWS - 1, 1)
    assert told["rows"][5] == {
        "row": 5,
        "assertion": None,
        "errors": {
            "nonFieldErrors": ["A previous award of this badge already exists for this recipient."]
        },
    }


def test_too_many_rows(api, path):
    failure_of(api.post(path, items(20_001)), 400)
    assert not Issuance.objects.exists()


def test_the_same_list_under_one_key_is_one(api, path):
    key = {"Idempotency-Key": "spring"}
    first = result_of(api.post(path, items(), **key), 202)[0]["entityId"]
    assert result_of(api.post(path, items(), **key), 202)[0]["entityId"] == first
    run_due()
    assert result_of(api.post(path, items(), **key), 202)[0]["state"] == "complete"
    assert Assertion.objects.count() == ROWS


@pytest.mark.as_shipped
def test_the_thousand_and_first_makes_it_a_list(api, path):
    result_of(api.post(path, items(1000)), 201)
    url = started(api, path, items(1001))
    run_due()
    assert result_of(api.get(url))[0]["awarded"] == 1001


class Cut(BaseException):
    """The process ends here."""


def test_cut_off_anywhere_it_goes_on_where_it_stood(api, path, monkeypatch):
    url = started(api, path, items())
    calls = iter(range(10))

    def cut(*args, **kwargs):
        made = insert(*args, **kwargs)
        if next(calls) == 2:
            raise Cut
        return made

    monkeypatch.setattr(issuances, "insert", cut)
    with pytest.raises(Cut):
        run_due()
    assert Assertion.objects.count() == 2 * issuances.CHUNK
    assert result_of(api.get(url))[0]["state"] == "running"
    (left,) = IssuancePart.objects.all()
    assert left.first_row == 20, "nobody's data is kept for longer than it takes"
    run_due()
    assert Assertion.objects.count() == ROWS
    assert result_of(api.get(url))[0]["state"] == "complete"


@pytest.mark.django_db(transaction=True)
def test_three_workers_at_once_award_each_row_once(api, path):
    url = started(api, path, items())
    entity_id = url.rpartition("/")[2]
    together(3, lambda _: issuances.work_off({"id": entity_id}))
    assert Assertion.objects.count() == ROWS
    told = result_of(api.get(url))[0]
    assert (told["state"], told["awarded"]) == ("complete", ROWS)


@pytest.mark.parametrize("happens", ["the role goes", "the class is archived", "the person goes"])
def test_it_stops_where_awarding_may_not_go_on(api, path, owner, badge_class, issuer, happens):
    other = staff(issuer, "helper@example.org", Role.STAFF)
    url = started(API(other), path, items())
    if happens == "the role goes":
        IssuerStaff.objects.filter(user=other).delete()
    elif happens == "the person goes":
        other.is_active = False
        other.save()
    else:
        api.put(f"/v2/badgeclasses/{badge_class.entity_id}", {"archived": True})
    run_due()
    told = result_of(api.get(url))[0]
    assert told["state"] == "stopped"
    assert told["problem"]
    assert not Assertion.objects.exists()
    assert not IssuancePart.objects.exists()


def test_what_was_stopped_meanwhile_stays_so(api, path, monkeypatch):
    """A worker may sleep between its look and its transaction, and others go on."""
    started(api, path, items())
    issuance = Issuance.objects.get()

    real = issuances.prepare

    def meanwhile(*told, **more):
        Issuance.objects.update(state="revoked")
        return real(*told, **more)

    monkeypatch.setattr(issuances, "prepare", meanwhile)
    run_due()
    issuance.refresh_from_db()
    assert (issuance.state, Assertion.objects.count()) == ("revoked", 0)


def test_under_another_key_of_the_server_it_stops_and_says_why(api, path, settings):
    started(api, path, items())
    settings.SECRET_KEY = "another"
    run_due()
    issuance = Issuance.objects.get()
    assert issuance.state == "stopped"
    assert not IssuancePart.objects.exists()
    assert "key has changed" in issuance.problem
    assert Job.objects.get(kind=issuances.JOB).state == "done"


@pytest.mark.django_db(transaction=True)
def test_under_a_key_a_list_is_read_before_anybody_has_to_wait(api, path, monkeypatch):
    inside = []
    real = issuances.check
    monkeypatch.setattr(
        issuances,
        "check",
        lambda *told: inside.append(connection.in_atomic_block) or real(*told),
    )
    for _ in range(2):
        result_of(api.post(path, items(), **{"Idempotency-Key": "spring"}), 202)
    assert inside == [False], "a repeat reads nothing"
    assert Issuance.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("count", [20, ROWS])
def test_who_gives_way_to_others_holds_nothing_that_they_may_need(api, path, monkeypatch, count):
    holding = []
    monkeypatch.setattr(courtesy, "give_way", lambda: holding.append(connection.in_atomic_block))
    api.post(path, items(count))
    assert holding == [False] * 2 * count, "twice for each: as it is read and as it is drafted"


def test_nothing_of_a_person_lies_open_while_it_waits(api, path):
    body = items()
    body[0] = {"recipient": {"identity": "canary@example.org"}, "narrative": "canary story"}
    started(api, path, body)
    for table in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - our own tables
            assert "canary" not in str(cursor.fetchall()), table
    run_due()
    assert not IssuancePart.objects.exists()


def test_one_whose_job_has_failed_for_good_is_stopped_in_the_end(api, path):
    """An administrator has a week to bring it back; after that it can be taken back, and nobody's
    data is kept.
    """
    url = started(api, path, items())

    def state_after(days: int) -> str:
        died = timezone.now() - timedelta(days=days)
        Job.objects.filter(kind=issuances.JOB).update(state="dead", finished_at=died)
        issuances.stop_abandoned({})
        return result_of(api.get(url))[0]["state"]

    assert issuances.STOP_ABANDONED in schedules()
    assert state_after(6) == "waiting"
    assert state_after(8) == "stopped"
    assert "failed too often" in result_of(api.get(url))[0]["problem"]
    assert not IssuancePart.objects.exists()
    result_of(api.delete(url, TestUndo.WHY), 202)


class TestUndo:
    WHY = {"revocation_reason": "The wrong list."}

    @pytest.fixture
    def url(self, api, path) -> str:
        url = started(api, path, items())
        failure_of(api.delete(url, self.WHY), 400)  # still under way
        run_due()
        return url

    def test_all_are_revoked(self, api, url):
        told = result_of(api.delete(url, self.WHY), 202)[0]
        assert told["state"] == "revoking"
        run_due()
        assert result_of(api.get(url))[0]["state"] == "revoked"
        assert Assertion.objects.filter(revocation_reason="The wrong list.").count() == ROWS
        assert LogEntry.objects.filter(verb="assertion.revoked").count() == ROWS
        assert result_of(api.delete(url, self.WHY), 202)[0]["state"] == "revoked"

    def test_those_revoked_before_keep_their_reason(self, api, url):
        first = result_of(api.get(url))[0]["rows"][0]["assertion"]
        api.delete(f"/v2/assertions/{first}", {"revocation_reason": "Earlier."})
        api.delete(url, self.WHY)
        run_due()
        assert Assertion.objects.get(entity_id=first).revocation_reason == "Earlier."

    def test_under_another_key_of_the_server_the_reason_is_a_plain_one(self, api, url, settings):
        api.delete(url, self.WHY)
        settings.SECRET_KEY = "another"
        run_due()
        reasons = set(Assertion.objects.values_list("revocation_reason", flat=True))
        assert reasons == {"The issuer has taken back the list that this badge was awarded with."}

    def died(self, days: int = 0) -> None:
        """Its job has failed for good, so long ago."""
        died = timezone.now() - timedelta(days=days)
        Job.objects.filter(kind=undoing.JOB).update(state="dead", finished_at=died)

    def test_asking_again_brings_it_further(self, api, url):
        api.delete(url, self.WHY)
        self.died()
        for _ in range(3):
            assert result_of(api.delete(url, self.WHY), 202)[0]["state"] == "revoking"
        assert Job.objects.filter(kind=undoing.JOB, state="waiting").count() == 1
        run_due()
        assert result_of(api.get(url))[0]["state"] == "revoked"

    def test_it_is_not_revoked_for_ever(self, api, url):
        api.delete(url, self.WHY)
        self.died(days=6)
        undoing.stop_abandoned({})
        assert result_of(api.get(url))[0]["state"] == "revoking"
        self.died(days=8)
        undoing.stop_abandoned({})
        told = result_of(api.get(url))[0]
        assert told["state"] == "stopped"
        assert "once more" in told["problem"]
        api.delete(url, self.WHY)
        undoing.stop_abandoned({})
        assert result_of(api.get(url))[0]["state"] == "revoking", "it is under way again"
        run_due()
        assert result_of(api.get(url))[0]["state"] == "revoked"
        assert undoing.STOP_ABANDONED in schedules()

    def test_bad_reasons(self, api, url):
        for body in ({}, {"revocation_reason": ""}, {"revocation_reason": "x" * 256}, None):
            failure_of(api.delete(url, body), 400)

    def test_staff_may_look_and_not_undo(self, url, issuer, stranger):
        helper = API(staff(issuer, "helper@example.org", Role.STAFF))
        assert result_of(helper.get(url))[0]["state"] == "complete"
        failure_of(helper.delete(url, self.WHY), 403)
        failure_of(stranger.get(url), 404)
        failure_of(stranger.delete(url, self.WHY), 404)


def test_an_issuers_lists(api, path, issuer, stranger):
    started(api, path, items())
    listed = result_of(api.get(f"/v2/issuers/{issuer.entity_id}/issuances?num=10"))
    assert [row["state"] for row in listed] == ["waiting"]
    assert "rows" not in listed[0]
    failure_of(stranger.get(f"/v2/issuers/{issuer.entity_id}/issuances"), 404)


def test_a_list_is_not_deleted_with_its_class(api, path, badge_class):
    started(api, path, items())
    failure_of(api.delete(f"/v2/badgeclasses/{badge_class.entity_id}"), 400)
