from __future__ import annotations

import copy

import pytest

from ob import documents
from ob.legacy import as_v1_1
from ob.terms import V1_CONTEXT
from tests.ob import samples

ASSERTION = documents.assertion_document(samples.FULL_ASSERTION)
BADGE = documents.badge_class_document(samples.FULL_BADGE)
ISSUER = documents.issuer_document(samples.FULL_ISSUER)


def test_an_assertion_gets_its_old_names():
    before = copy.deepcopy(ASSERTION)
    old = as_v1_1(ASSERTION)
    assert before == ASSERTION
    assert old["@context"] == V1_CONTEXT
    assert old["id"] == f"{samples.FULL_ASSERTION.id}?v=1_1"
    assert old["uid"] == "ast"
    assert old["verify"] == {"type": "hosted", "url": old["id"]}
    assert old["badge"] == f"{samples.FULL_BADGE.id}?v=1_1"
    assert not {"verification", "narrative", "related", "version", "@language"} & set(old)
    assert old["recipient"] == ASSERTION["recipient"]


@pytest.mark.parametrize(
    ("evidence", "address"),
    [
        ([{"type": "Evidence", "id": "https://ex.org/1"}], "https://ex.org/1"),
        ([{"id": "https://ex.org/1"}, {"id": "https://ex.org/2"}], samples.FULL_ASSERTION.id),
        ([{"narrative": "seen"}], samples.FULL_ASSERTION.id),
        ([{"id": "urn:uuid:123e4567-e89b-42d3-a456-426614174000"}], samples.FULL_ASSERTION.id),
        ("https://ex.org/1", "https://ex.org/1"),
    ],
)
def test_evidence_is_one_address(evidence, address):
    assert as_v1_1({**ASSERTION, "evidence": evidence})["evidence"] == address


def test_without_evidence_there_is_none():
    assert "evidence" not in as_v1_1({k: v for k, v in ASSERTION.items() if k != "evidence"})


def test_a_badge_class_has_an_address_as_criteria_and_no_alignment():
    old = as_v1_1(BADGE)
    assert old["criteria"] == samples.FULL_BADGE.criteria_url
    assert old["issuer"] == f"{samples.FULL_ISSUER.id}?v=1_1"
    assert not {"alignment", "tags"} & set(old)
    told = as_v1_1({**BADGE, "criteria": {"narrative": "Pass"}})
    assert told["criteria"] == f"{samples.FULL_BADGE.id}/criteria"


def test_an_image_object_becomes_its_address():
    assert as_v1_1(ISSUER)["image"] == samples.FULL_ISSUER.image.id


def test_embedded_objects_are_turned_too():
    old = as_v1_1(documents.expand_assertion(ASSERTION, BADGE, ISSUER))
    assert old["badge"] == {k: v for k, v in as_v1_1(BADGE).items() if k != "@context"} | {
        "issuer": {k: v for k, v in as_v1_1(ISSUER).items() if k != "@context"}
    }


def test_foreign_references_are_left_alone():
    old = as_v1_1({**BADGE, "issuer": "https://other.example.org/i"})
    assert old["issuer"] == "https://other.example.org/i"


def test_a_query_in_an_id_is_kept():
    assert (
        as_v1_1({**ISSUER, "id": "https://ex.org/i?a=1#k"})["id"] == "https://ex.org/i?a=1&v=1_1#k"
    )


def test_a_profile_is_called_an_issuer_and_extensions_stay():
    old = as_v1_1({**ISSUER, "type": "Profile"})
    assert old["type"] == "Issuer"
    assert old[samples.APPLY] == samples.EXTENSIONS[samples.APPLY]


def test_a_revoked_award_stays_revoked():
    revoked = documents.revoked_assertion_document(id=samples.FULL_ASSERTION.id, reason="Mistake")
    assert as_v1_1(revoked) == {
        "@context": V1_CONTEXT,
        "type": "Assertion",
        "id": f"{samples.FULL_ASSERTION.id}?v=1_1",
        "revoked": True,
        "revocationReason": "Mistake",
    }


def test_turning_twice_changes_nothing():
    assert as_v1_1(as_v1_1(ASSERTION)) == as_v1_1(ASSERTION)
