"""`rw:serverAdmin`: an administrator's application reaches every issuer, and the log says so."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.services.app_passwords import create_app_password
from activity.models import LogEntry
from api.scopes import SERVER_ADMIN
from issuer.services.award_drafts import Award
from issuer.services.issuances import start_issuance
from jobs.worker import run_due
from oauth.services.applications import create_application
from tests.support.envelopes import failure_of, result_of
from tests.support.worlds import SERVER, acting, bearer, issuer_of, person

JSON = "application/json"


@pytest.fixture
def administrator(db):
    return person("admin@example.org", administrator=True)


@pytest.fixture
def headers(administrator) -> dict[str, str]:
    return bearer(administrator, SERVER_ADMIN)


def test_it_changes_a_foreign_issuer_and_that_is_marked(issuer, headers):
    path = f"/v2/issuers/{issuer.entity_id}"
    answer = Client().put(path, {"name": "Renamed"}, JSON, headers=headers)
    assert result_of(answer)[0]["name"] == "Renamed"
    facts = LogEntry.objects.get(verb="issuer.updated").facts
    assert facts == {"fields": ["name"], "administrator": True}


def test_what_it_reads_is_logged(issuer, headers, caplog):
    caplog.set_level("INFO", "laurel.api")
    result_of(Client().get(f"/v2/issuers/{issuer.entity_id}", headers=headers))
    (told,) = [record.getMessage() for record in caplog.records if record.name == "laurel.api"]
    assert f"GET /v2/issuers/{issuer.entity_id} with rw:serverAdmin" in told


def test_it_creates_issuers_for_others(headers, owner):
    body = {"name": "N", "url": "https://n.example", "email": "any@nowhere.example"}
    made = Client().post(
        "/v2/issuers", body | {"createdBy": owner.entity_id}, JSON, headers=headers
    )
    (row,) = result_of(made, 201)
    assert row["createdBy"] == owner.entity_id
    assert [(m["user"], m["role"]) for m in row["staff"]] == [(owner.entity_id, "owner")]
    unknown = Client().post("/v2/issuers", body | {"createdBy": "x"}, JSON, headers=headers)
    assert set(failure_of(unknown, 400)["fieldErrors"]) == {"createdBy"}


def test_others_cannot_name_a_creator(api, owner, administrator):
    body = {"name": "N", "url": "https://n.example", "email": owner.email,
            "createdBy": administrator.entity_id}  # fmt: skip
    assert result_of(api.post("/v2/issuers", body), 201)[0]["createdBy"] == owner.entity_id


def test_who_is_administrator_no_more_has_it_no_more(issuer, headers, administrator):
    administrator.is_superuser = False
    administrator.save()
    failure_of(Client().get(f"/v2/issuers/{issuer.entity_id}", headers=headers), 403)


def test_an_app_password_cannot_have_it(administrator):
    with pytest.raises(ValidationError):
        create_app_password(
            actor=acting(administrator), user=administrator, name="x", scopes=[SERVER_ADMIN]
        )


@pytest.mark.parametrize(
    ("kind", "grants", "superuser", "allowed"),
    [("confidential", ["client-credentials"], True, True),
     ("confidential", ["client-credentials"], False, False),
     ("public", ["password"], True, False)],
)  # fmt: skip
def test_which_application_may_ask_for_it(db, kind, grants, superuser, allowed):
    user = person(administrator=superuser)
    told = {"actor": SERVER, "user": user, "name": "x", "client_type": kind, "grants": grants,
            "scopes": [SERVER_ADMIN]}  # fmt: skip
    if not allowed:
        with pytest.raises(ValidationError):
            create_application(**told)
        return
    application, secret = create_application(**told)
    credentials = {"grant_type": "client_credentials", "client_id": application.client_id,
                   "client_secret": secret, "scope": SERVER_ADMIN}  # fmt: skip
    token = Client().post("/o/token", credentials).json()
    assert token["scope"] == SERVER_ADMIN
    theirs = issuer_of(person("bob@example.org"))
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    answer = Client().get(f"/v2/issuers/{theirs.entity_id}", headers=headers)
    assert result_of(answer)[0]["entityId"] == theirs.entity_id


def test_what_it_takes_back_by_a_job_is_marked(headers, badge_class):
    issuance = start_issuance(
        actor=acting(badge_class.created_by), badge_class=badge_class,
        awards=[Award(identity="grace@example.org")],
    )  # fmt: skip
    run_due()
    path = f"/v2/issuances/{issuance.entity_id}"
    result_of(Client().delete(path, {"revocation_reason": "x"}, JSON, headers=headers), 202)
    run_due()
    entry = LogEntry.objects.get(verb="assertion.revoked")
    assert entry.facts["administrator"] is True
