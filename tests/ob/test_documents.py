"""Golden files and rules of the builders. To write the golden files anew after a change on
purpose, set LAUREL_WRITE_GOLDEN=1 and read the difference."""

from __future__ import annotations

import copy
import json
import os
from dataclasses import FrozenInstanceError, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from types import MappingProxyType

import pytest
from hypothesis import HealthCheck, given, settings

from ob import documents, facts, shapes
from ob.legacy import as_v1_1
from tests.ob import samples

GOLDEN = Path(__file__).parent / "golden"
BUILT = {
    "issuer_full": documents.issuer_document(samples.FULL_ISSUER),
    "issuer_small": documents.issuer_document(samples.SMALL_ISSUER),
    "badge_full": documents.badge_class_document(samples.FULL_BADGE),
    "badge_small": documents.badge_class_document(samples.SMALL_BADGE),
    "assertion_full": documents.assertion_document(samples.FULL_ASSERTION),
    "assertion_small": documents.assertion_document(samples.SMALL_ASSERTION),
    "assertion_revoked": documents.revoked_assertion_document(
        id=samples.FULL_ASSERTION.id, reason="Issued by mistake"
    ),
}
BUILT["assertion_expanded"] = documents.expand_assertion(
    BUILT["assertion_full"], BUILT["badge_full"], BUILT["issuer_full"]
)
BUILT |= {f"{name}_v1_1": as_v1_1(document) for name, document in BUILT.items()}


@pytest.mark.parametrize("name", sorted(BUILT))
def test_it_equals_the_golden_file(name):
    path = GOLDEN / f"{name}.json"
    text = json.dumps(BUILT[name], indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("LAUREL_WRITE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_there_is_no_golden_file_without_a_document():
    assert {path.stem for path in GOLDEN.iterdir()} == set(BUILT)


def errors_of(build, given):
    with pytest.raises(shapes.InvalidDocument) as caught:
        build(given)
    return caught.value.errors


def test_context_type_and_id_come_first():
    for document in BUILT.values():
        assert list(document)[:3] == ["@context", "type", "id"]


def test_facts_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        samples.FULL_ISSUER.name = "Other"


def test_the_recipient_is_hashed_and_never_plain():
    document = documents.assertion_document(samples.FULL_ASSERTION)
    # echo -n 'ada@example.org0123456789abcdef0123456789abcdef' | sha256sum
    assert document["recipient"] == {
        "type": "email",
        "identity": "sha256$1da6dc81fe171d11de975e3ea5a03aa3dca7a40d664799fd9ac9bd2983fbbb45",
        "hashed": True,
        "salt": samples.SALT,
    }
    assert b"ada@" not in documents.encode(document)


def test_an_open_badge_id_is_published_under_the_standards_own_name():
    recipient = facts.RecipientFacts(
        type="openBadgeId", identity="https://ada.example.org/", hashed=False
    )
    document = documents.assertion_document(replace(samples.FULL_ASSERTION, recipient=recipient))
    assert document["recipient"] == {
        "type": "id",
        "identity": "https://ada.example.org/",
        "hashed": False,
    }


def test_a_plain_recipient_shows_no_salt():
    recipient = facts.RecipientFacts(
        type="email", identity="ada@example.org", hashed=False, salt=samples.SALT
    )
    document = documents.assertion_document(replace(samples.FULL_ASSERTION, recipient=recipient))
    assert "salt" not in document["recipient"]


def test_an_unknown_recipient_type_is_refused():
    recipient = facts.RecipientFacts(type="id", identity="x", hashed=True)
    errors = errors_of(
        documents.assertion_document, replace(samples.FULL_ASSERTION, recipient=recipient)
    )
    assert list(errors) == ["recipient.type"]


def test_an_empty_or_broken_identity_is_refused_and_not_hashed():
    for identity in ("", "a\ud800@example.org"):
        recipient = facts.RecipientFacts(type="email", identity=identity, hashed=True)
        errors = errors_of(
            documents.assertion_document, replace(samples.FULL_ASSERTION, recipient=recipient)
        )
        assert "recipient.identity" in errors


def test_times_are_published_in_utc():
    document = documents.assertion_document(samples.FULL_ASSERTION)
    assert document["issuedOn"] == "2026-03-01T12:30:00+00:00"
    assert document["expires"] == "2028-03-01T12:30:00.250000+00:00"


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 3, 1),
        datetime.min.replace(tzinfo=timezone(timedelta(hours=14))),
        datetime(1582, 12, 31, tzinfo=UTC),
    ],
)
def test_a_time_without_zone_or_sense_is_refused_once(moment):
    errors = errors_of(
        documents.assertion_document, replace(samples.SMALL_ASSERTION, issued_on=moment)
    )
    assert list(errors) == ["issuedOn"]
    assert len(errors["issuedOn"]) == 1


def test_an_expiry_at_the_time_of_issue_is_refused():
    given = replace(samples.FULL_ASSERTION, expires=samples.FULL_ASSERTION.issued_on)
    assert list(errors_of(documents.assertion_document, given)) == ["expires"]


def test_empty_optional_facts_leave_no_trace():
    document = documents.issuer_document(
        replace(samples.SMALL_ISSUER, description="", telephone="", version="", related=())
    )
    assert set(document) == {"@context", "type", "id", "name", "url", "email"}


def test_a_class_without_criteria_names_its_own_page():
    document = documents.badge_class_document(samples.SMALL_BADGE)
    assert document["criteria"] == {"id": f"{samples.SMALL_BADGE.id}/criteria"}
    told = documents.badge_class_document(replace(samples.SMALL_BADGE, criteria_narrative="Pass"))
    assert told["criteria"] == {"narrative": "Pass"}


def test_an_empty_description_of_a_class_is_still_published():
    assert documents.badge_class_document(samples.SMALL_BADGE)["description"] == ""


def test_a_class_without_image_is_refused():
    errors = errors_of(documents.badge_class_document, replace(samples.SMALL_BADGE, image=None))
    assert list(errors) == ["image"]


@pytest.mark.parametrize("name", ["recipient", "comment", "foo:bar", "extensions:", "a b:c"])
def test_an_extension_can_neither_shadow_nor_invent_a_term(name):
    given = replace(samples.FULL_ASSERTION, extensions={name: samples.EXTENSIONS[samples.APPLY]})
    assert name in errors_of(documents.assertion_document, given)


def test_extensions_may_be_any_mapping():
    frozen = MappingProxyType(
        {
            samples.APPLY: MappingProxyType(
                {**samples.EXTENSIONS[samples.APPLY], "type": ("Extension", "extensions:ApplyLink")}
            )
        }
    )
    document = documents.issuer_document(replace(samples.SMALL_ISSUER, extensions=frozen))
    assert document[samples.APPLY] == samples.EXTENSIONS[samples.APPLY]


def test_all_errors_are_told_by_their_paths():
    given = replace(
        samples.FULL_BADGE,
        name=" ",
        criteria_url="nowhere",
        alignments=(facts.Alignment(target_name="", target_url="https://ex.org/a b"),),
        tags=("good", "\ud800"),
    )
    # text that no JSON can carry is told before anything else
    assert list(errors_of(documents.badge_class_document, given)) == ["tags.1"]
    errors = errors_of(documents.badge_class_document, replace(given, tags=("good", " ")))
    assert set(errors) == {
        "name",
        "criteria.id",
        "alignment.0.targetName",
        "alignment.0.targetUrl",
        "tags.1",
    }


def test_a_revoked_award_keeps_nothing_else():
    document = documents.revoked_assertion_document(id=samples.FULL_ASSERTION.id)
    assert set(document) == {"@context", "type", "id", "revoked"}
    assert document["revoked"] is True


def test_embedding_changes_no_input_and_inherits_the_context():
    parts = [BUILT["assertion_full"], BUILT["badge_full"], BUILT["issuer_full"]]
    before = copy.deepcopy(parts)
    whole = documents.expand_assertion(*parts)
    assert parts == before
    assert "@context" not in whole["badge"]
    assert "@context" not in whole["badge"]["issuer"]
    assert whole["badge"]["issuer"]["name"] == samples.FULL_ISSUER.name
    shapes.check(whole)


def test_an_embedded_object_with_more_context_keeps_it():
    issuer = {**BUILT["issuer_full"], "@context": [shapes.V2_CONTEXT, "https://ex.org/more.json"]}
    whole = documents.expand_badge_class(BUILT["badge_full"], issuer)
    assert whole["issuer"]["@context"] == issuer["@context"]
    shapes.check(whole)


def test_a_stranger_is_not_embedded():
    assertion, badge, issuer = (BUILT[f"{n}_full"] for n in ("assertion", "badge", "issuer"))
    stranger = "https://ex.org/other"
    assert documents.expand_assertion(assertion, badge | {"id": stranger}, issuer) == assertion
    assert documents.expand_badge_class(badge, issuer | {"id": stranger}) == badge
    half = documents.expand_assertion(assertion, badge, issuer | {"id": stranger})
    assert half["badge"]["issuer"] == issuer["id"]


def test_embedding_into_a_revoked_award_adds_nothing():
    revoked = BUILT["assertion_revoked"]
    assert documents.expand_assertion(revoked, BUILT["badge_full"]) == revoked


def test_encoding_is_stable_and_keeps_order():
    document = BUILT["assertion_full"]
    data = documents.encode(document)
    assert data == documents.encode(copy.deepcopy(document))
    assert documents.decode(data) == document
    assert list(documents.decode(data)) == list(document)
    assert "Universität".encode() in documents.encode(BUILT["issuer_full"])


@pytest.mark.parametrize("data", [b"[]", b'"x"', b"{", b"\xff", b'{"a": NaN}'])
def test_decoding_refuses_what_is_no_document(data):
    with pytest.raises(ValueError):
        documents.decode(data)


quick = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@quick
@given(given=samples.issuers)
def test_any_issuer_is_publishable(given):
    document = documents.issuer_document(given)
    shapes.check(documents.decode(documents.encode(document)))
    assert document["name"] == given.name
    assert "verification" not in document


@quick
@given(given=samples.badge_classes)
def test_any_badge_class_is_publishable(given):
    document = documents.badge_class_document(given)
    shapes.check(documents.decode(documents.encode(document)))
    assert document.get("tags", []) == list(given.tags)
    assert document["criteria"]


@quick
@given(given=samples.assertions)
def test_any_assertion_is_publishable(given):
    document = documents.assertion_document(given)
    shapes.check(documents.decode(documents.encode(document)))
    assert datetime.fromisoformat(document["issuedOn"]) == given.issued_on
    assert (given.recipient.identity == document["recipient"]["identity"]) is (
        not given.recipient.hashed
    )
    assert all(value not in (None, "", []) for value in document.values())
