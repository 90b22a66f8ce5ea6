from __future__ import annotations

import hashlib
import json
import socket
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from ob import contexts, documents
from ob.terms import V2_ALIAS, V2_CONTEXT, build_context
from tests.ob import samples

REFERENCE = Path(__file__).parents[3] / "shared" / "data" / "openbadges-v2-context.json"
APPLY = {
    samples.APPLY_CONTEXT: {
        "@context": {"ApplyLink": "https://badges.example.org/extensions/apply#ApplyLink"}
    }
}


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    def refuse(*args, **more):
        raise AssertionError("The network was used.")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def full_form(context):
    return {
        term: {"@id": meaning} if isinstance(meaning, str) else meaning
        for term, meaning in context["@context"].items()
    }


def test_the_table_is_complete_and_unchanged():
    terms = full_form(build_context())
    assert len(terms) == 81
    # of the published context, written the same way: holds where no reference copy is at hand
    assert hashlib.sha256(json.dumps(terms, sort_keys=True).encode()).hexdigest() == (
        "5b33588c1c7a51c854e1f95f19723c3bd04f71c909125c19c7314f253c9efb68"
    )


def test_the_table_says_what_the_published_context_says():
    if not REFERENCE.exists():
        pytest.skip("the reference copy of the published context lies outside of this checkout")
    reference = json.loads(REFERENCE.read_text(encoding="utf-8"))
    assert full_form(build_context()) == full_form(reference)


@pytest.mark.parametrize("address", [V2_CONTEXT, V2_ALIAS])
def test_vendored_contexts_are_served_as_copies(address):
    load = contexts.loader()
    load(address)["document"]["@context"].clear()
    assert load(address, {})["document"] == build_context()


@pytest.mark.parametrize(
    "address", ["https://example.org/context.json", "https://w3id.org/openbadges/v1", "file:///etc"]
)
def test_every_other_address_is_refused(address):
    with pytest.raises(contexts.UnknownContext, match="never fetched") as caught:
        contexts.expand({"@context": [V2_CONTEXT, address], "id": "https://ex.org/x"})
    assert caught.value.url == address
    with pytest.raises(contexts.UnknownContext):
        contexts.compact({}, context=address)


def test_an_extra_context_lasts_for_one_call_and_overrides_nothing():
    document = {"@context": ["https://ex.org/c"], "a": "b"}
    extra = {
        "https://ex.org/c": {"@context": {"a": "https://ex.org/ns#a"}},
        V2_CONTEXT: {"@context": {"name": "https://ex.org/ns#stolen"}},
    }
    assert contexts.expand(document, extra=extra) == [{"https://ex.org/ns#a": [{"@value": "b"}]}]
    with pytest.raises(contexts.UnknownContext):
        contexts.expand(document)
    other = {"https://ex.org/c": {"@context": {"a": "https://ex.org/ns#other"}}}
    assert "https://ex.org/ns#other" in contexts.expand(document, extra=other)[0]
    assert contexts.loader(extra)(V2_CONTEXT)["document"] == build_context()
    named = contexts.expand({"@context": V2_CONTEXT, "name": "n"}, extra=extra)
    assert named == [{"http://schema.org/name": [{"@value": "n"}]}]


def test_broken_json_ld_is_told():
    with pytest.raises(contexts.ContextError):
        contexts.expand({"@context": 3})
    deep: dict = {"@context": V2_CONTEXT}
    for _ in range(5000):
        deep = {"@context": V2_CONTEXT, "badge": deep}
    with pytest.raises(contexts.ContextError):
        contexts.expand(deep)


def test_unmapped_keys_are_dropped_by_expansion():
    assert contexts.expand({"@context": V2_CONTEXT, "slug": "x", "name": "n"}) == (
        contexts.expand({"@context": V2_CONTEXT, "name": "n"})
    )


def core(value):
    """A document without contexts and extensions, single values and names in one form."""
    if isinstance(value, dict):
        kept = {
            {"verify": "verification"}.get(key, key): core(item)
            for key, item in value.items()
            if key not in ("@context", "@language") and ":" not in key
        }
        return kept["id"] if set(kept) == {"id"} else kept
    if isinstance(value, list):
        return core(value[0]) if len(value) == 1 else [core(item) for item in value]
    return "HostedBadge" if value == "hosted" else value


def assert_nothing_dropped(document):
    whole = {key: value for key, value in document.items() if ":" not in key}
    linked = core(contexts.compact(contexts.expand(whole, extra=APPLY)[0]))
    assert linked == core(whole)


FULL = [
    documents.issuer_document(samples.FULL_ISSUER),
    documents.badge_class_document(samples.FULL_BADGE),
    documents.assertion_document(samples.FULL_ASSERTION),
    documents.revoked_assertion_document(id=samples.FULL_ASSERTION.id, reason="Mistake"),
]


@pytest.mark.parametrize("document", FULL, ids=lambda document: document["type"])
def test_no_core_term_of_ours_is_dropped(document):
    assert_nothing_dropped(document)


def test_the_check_for_dropped_terms_can_fail():
    with pytest.raises(AssertionError):
        assert_nothing_dropped({**FULL[0], "slug": "dropped"})


def test_extensions_survive_with_their_own_context():
    expanded = contexts.expand(FULL[0], extra=APPLY)[0]
    (extension,) = expanded["https://w3id.org/openbadges/extensions#ApplyLink"]
    assert extension["@type"] == [
        "https://w3id.org/openbadges#Extension",
        "https://w3id.org/openbadges/extensions#ApplyLink",
    ]
    assert extension["http://schema.org/url"] == [{"@id": "https://apply.example.org/"}]


quick = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))


@quick
@given(samples.issuers, samples.badge_classes, samples.assertions)
def test_no_core_term_of_any_document_is_dropped(issuer, badge, assertion):
    assert_nothing_dropped(documents.issuer_document(issuer))
    assert_nothing_dropped(documents.badge_class_document(badge))
    assert_nothing_dropped(documents.assertion_document(assertion))
