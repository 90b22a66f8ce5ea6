"""Each rule alone: a good document, one change, and exactly the error that it must give."""

from __future__ import annotations

import copy

import pytest

from ob import documents, grammar, shapes
from tests.ob import samples

ASSERTION = documents.assertion_document(samples.FULL_ASSERTION)
BADGE = documents.badge_class_document(samples.FULL_BADGE)
ISSUER = documents.issuer_document(samples.FULL_ISSUER)
REVOKED = documents.revoked_assertion_document(id=samples.FULL_ASSERTION.id, reason="Mistake")
WHOLE = documents.expand_assertion(ASSERTION, BADGE, ISSUER)
GOOD = {
    "assertion": ASSERTION,
    "badge": BADGE,
    "issuer": ISSUER,
    "revoked": REVOKED,
    "whole": WHOLE,
}
ABSENT = object()
HASH = "sha256$" + "0a" * 32
DATA = "data:image/png;base64,iVBORw0KGgo="


def changed(kind, path, value):
    document = copy.deepcopy(GOOD[kind])
    place, keys = document, path.split(" ")
    for key in keys[:-1]:
        place = place[int(key) if isinstance(place, list) else key]
    if value is ABSENT:
        del place[keys[-1]]
    else:
        place[int(keys[-1]) if isinstance(place, list) else keys[-1]] = value
    return document


@pytest.mark.parametrize("kind", GOOD)
def test_good_documents_pass(kind):
    shapes.check(GOOD[kind])


@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [
        ("assertion", "@context", ["https://ex.org/c.json", shapes.V2_CONTEXT, {"a": "schema:b"}]),
        ("assertion", "evidence", "https://ex.org/work"),
        ("assertion", "evidence", {"narrative": "seen"}),
        ("assertion", "version", 2),
        ("assertion", "issuedOn", "2026-03-01T12:30Z"),
        ("assertion", "recipient", {"type": "email", "identity": HASH, "hashed": True}),
        ("assertion", "recipient", {"type": "url", "identity": "https://a.org/", "hashed": False}),
        ("assertion", "verification", {"type": "SignedBadge", "creator": "https://ex.org/key"}),
        ("assertion", "endorsement", ["https://ex.org/e"]),
        ("badge", "criteria", "https://ex.org/criteria"),
        ("badge", "image", DATA),
        ("badge", "image", {"id": DATA, "caption": "x"}),
        ("badge", "image", "data:image/svg+xml,%3Csvg/%3E"),
        ("badge", "id", "urn:uuid:123e4567-e89b-42d3-a456-426614174000"),
        ("badge", "tags", "one"),
        ("issuer", "type", "Profile"),
        ("issuer", "image", DATA),
        ("issuer", "publicKey", "https://ex.org/key"),
        ("revoked", "revocationReason", ABSENT),
    ],
)
def test_other_good_forms_pass(kind, path, value):
    shapes.check(changed(kind, path, value))


@pytest.mark.parametrize(
    ("kind", "path", "value", "wrong"),
    [
        # context, type, id
        ("issuer", "@context", ABSENT, "@context"),
        ("issuer", "@context", "https://w3id.org/openbadges/v1", "@context"),
        ("issuer", "@context", [shapes.V2_CONTEXT, "relative"], "@context"),
        ("issuer", "type", ABSENT, "type"),
        ("issuer", "type", ["Issuer"], "type"),
        ("issuer", "type", "Criteria", "type"),
        ("issuer", "id", ABSENT, "id"),
        ("issuer", "id", "/public/issuers/1", "id"),
        ("issuer", "id", "urn:uuid:123e4567-e89b-42d3-a456-426614174000", "id"),
        ("badge", "id", "urn:uuid:0190163d-8694-739b-aea5-966c26f8ad91", "id"),
        ("badge", "id", "ftp://ex.org/1", "id"),
        ("assertion", "id", "urn:uuid:123e4567-e89b-42d3-a456-426614174000", "id"),
        # issuer
        ("issuer", "name", ABSENT, "name"),
        ("issuer", "name", "  ", "name"),
        ("issuer", "name", ["a", "b"], "name"),
        ("issuer", "url", ABSENT, "url"),
        ("issuer", "url", "www.example.org", "url"),
        ("issuer", "email", ABSENT, "email"),
        ("issuer", "email", "nobody", "email"),
        ("issuer", "email", 3, "email"),
        ("issuer", "telephone", "0123", "telephone"),
        ("issuer", "description", "", "description"),
        ("issuer", "description", None, "description"),
        ("issuer", "verification", {"type": "VerificationObject"}, "verification"),
        ("issuer", "slug", "x", "slug"),
        ("issuer", "createdAt", "x", "createdAt"),
        # badge class
        ("badge", "name", ABSENT, "name"),
        ("badge", "description", ABSENT, "description"),
        ("badge", "description", 3, "description"),
        ("badge", "image", ABSENT, "image"),
        ("badge", "image", "data:image/jpeg;base64,AAAA", "image"),
        ("badge", "image", "data:text/html,x", "image"),
        ("badge", "image", {"caption": "x"}, "image.id"),
        ("badge", "image", {"id": "https://ex.org/i", "alt": "x"}, "image.alt"),
        ("badge", "criteria", ABSENT, "criteria"),
        ("badge", "criteria", {}, "criteria"),
        ("badge", "criteria", "see below", "criteria"),
        ("badge", "criteria", {"id": "https://ex.org/ø"}, "criteria.id"),
        ("badge", "issuer", ABSENT, "issuer"),
        ("badge", "issuer", 7, "issuer"),
        ("badge", "alignment", [], "alignment"),
        ("badge", "alignment 0 targetName", ABSENT, "alignment.0.targetName"),
        ("badge", "alignment 0 targetUrl", ABSENT, "alignment.0.targetUrl"),
        ("badge", "alignment 0 targetUrl", "https://ex.org/a b", "alignment.0.targetUrl"),
        ("badge", "alignment 0 url", "https://ex.org/", "alignment.0.url"),
        ("badge", "alignment 0", "https://ex.org/", "alignment.0"),
        ("badge", "tags", [], "tags"),
        ("badge", "tags 1", "", "tags.1"),
        ("badge", "related 0 id", ABSENT, "related.0.id"),
        ("badge", "version", True, "version"),
        ("badge", "@language", "english", "@language"),
        ("badge", "endorsement", "someone", "endorsement"),
        # assertion
        ("assertion", "recipient", ABSENT, "recipient"),
        ("assertion", "recipient", "ada@example.org", "recipient"),
        ("assertion", "recipient type", "openBadgeId", "recipient.type"),
        ("assertion", "recipient hashed", ABSENT, "recipient.hashed"),
        ("assertion", "recipient hashed", "true", "recipient.hashed"),
        ("assertion", "recipient hashed", False, "recipient.hashed"),
        ("assertion", "recipient identity", "ada@example.org", "recipient.identity"),
        ("assertion", "recipient identity", "sha256$abc", "recipient.identity"),
        ("assertion", "recipient plaintextIdentity", "ada", "recipient.plaintextIdentity"),
        (
            "assertion",
            "recipient",
            {"type": "email", "identity": "ada", "hashed": False},
            "recipient.identity",
        ),
        (
            "assertion",
            "recipient",
            {"type": "email", "identity": "a@b.org", "hashed": False, "salt": "s"},
            "recipient.salt",
        ),
        ("assertion", "badge", ABSENT, "badge"),
        ("assertion", "badge", ["https://ex.org/1", "https://ex.org/2"], "badge"),
        ("assertion", "verification", ABSENT, "verification"),
        ("assertion", "verification type", "hostedBadge", "verification.type"),
        ("assertion", "verification type", "SignedBadge", "verification.creator"),
        ("assertion", "verification creator", "https://ex.org/key", "verification.creator"),
        ("assertion", "issuedOn", ABSENT, "issuedOn"),
        ("assertion", "issuedOn", "2026-03-01", "issuedOn"),
        ("assertion", "issuedOn", "2026-03-01T12:30:00", "issuedOn"),
        ("assertion", "issuedOn", "2026-02-30T12:30:00Z", "issuedOn"),
        ("assertion", "issuedOn", "1500-01-01T12:30:00Z", "issuedOn"),
        ("assertion", "issuedOn", 1772368200, "issuedOn"),
        ("assertion", "expires", "2026-03-01T13:30:00+01:00", "expires"),
        ("assertion", "expires", "never", "expires"),
        ("assertion", "image", DATA, "image"),
        ("assertion", "image", {"id": DATA}, "image.id"),
        ("assertion", "evidence", [], "evidence"),
        ("assertion", "evidence 1", {"type": "Evidence"}, "evidence.1"),
        ("assertion", "evidence 0 id", "work.pdf", "evidence.0.id"),
        ("assertion", "evidence 0 url", "https://ex.org/", "evidence.0.url"),
        ("assertion", "evidence 0 type", "Proof", "evidence.0.type"),
        ("assertion", "narrative", "", "narrative"),
        ("assertion", "uid", "1", "uid"),
        ("assertion", "issuer", "https://ex.org/", "issuer"),
        # revoked
        ("assertion", "revoked", False, "revoked"),
        ("revoked", "revoked", "yes", "revoked"),
        ("revoked", "revocationReason", "", "revocationReason"),
        ("revoked", "badge", "https://ex.org/b", "badge"),
        # embedded
        ("whole", "badge issuer email", "nobody", "badge.issuer.email"),
        ("whole", "badge name", ABSENT, "badge.name"),
        ("whole", "badge @context", "https://ex.org/", "badge.@context"),
        # extensions
        ("issuer", f"{samples.APPLY} @context", ABSENT, f"{samples.APPLY}.@context"),
        ("issuer", f"{samples.APPLY} @context", {"a": "b"}, f"{samples.APPLY}.@context"),
        ("issuer", f"{samples.APPLY} type", "Extension", f"{samples.APPLY}.type"),
        ("issuer", f"{samples.APPLY} type", ["Extension"], f"{samples.APPLY}.type"),
        ("issuer", f"{samples.APPLY} type", ["a:b", "c:d"], f"{samples.APPLY}.type"),
        ("issuer", f"{samples.APPLY} count", float("nan"), f"{samples.APPLY}.count"),
        ("issuer", f"{samples.APPLY} count", 2**64, f"{samples.APPLY}.count"),
        ("issuer", f"{samples.APPLY} text", "\udfff", f"{samples.APPLY}.text"),
        ("issuer", f"{samples.APPLY} data", b"x", f"{samples.APPLY}.data"),
        ("issuer", "extensions:X", "plain", "extensions:X"),
        ("issuer", "unknown:X", ISSUER[samples.APPLY], "unknown:X"),
    ],
)
def test_each_rule_holds(kind, path, value, wrong):
    document = changed(kind, path, value)
    with pytest.raises(shapes.InvalidDocument) as caught:
        shapes.check(document)
    assert wrong in caught.value.errors
    others = set(caught.value.errors) - {wrong}
    assert document.get("revoked") is False or not others


def test_giving_revoked_makes_it_the_minimal_form():
    errors = shapes.errors_of({**ASSERTION, "revoked": True})
    assert {"recipient", "badge", "evidence", "narrative"} <= set(errors)


def test_all_errors_are_collected():
    document = changed("assertion", "issuedOn", "x")
    del document["badge"]
    document["evidence"] = [{"id": "x", "nope": 1}, {}]
    assert set(shapes.errors_of(document)) == {
        "issuedOn",
        "badge",
        "evidence.0.id",
        "evidence.0.nope",
        "evidence.1",
    }


def test_the_exception_carries_lists_and_says_something():
    error = shapes.InvalidDocument({"name": ["May not be blank."]})
    assert error.errors == {"name": ["May not be blank."]}
    assert str(error) == "name: May not be blank."


def test_a_bottomless_extension_is_refused_and_not_followed():
    deep: dict = {}
    for _ in range(5000):
        deep = {"a": deep}
    errors = shapes.errors_of({**ISSUER, "extensions:X": deep})
    assert len(errors) == 1
    assert next(iter(errors)).count(".a") < 70
    assert next(iter(errors.values())) == ["Nested too deeply."]


@pytest.mark.parametrize(
    "url",
    [
        "https://ex.org",
        "HTTPS://ex.org/a%20b?q=(x)&y=[z]".replace("[z]", "z"),
        "http://localhost:8000/x#y",
        "http://[2001:db8::1]:80/",
        "https://user@ex.org/~a/;b=c",
    ],
)
def test_urls(url):
    assert grammar.is_url(url)


@pytest.mark.parametrize(
    "text",
    [
        "ex.org",
        "//ex.org/",
        "https://",
        "https:///a",
        "https://ex.org/%zz",
        "https://ex.org/a b",
        "https://ex.org/\n",
        "https://ex.org/a#b#c",
        "https://ex.org:99999/",
        "https://ex.org/ø",
        "https://ex.org/<x>",
        "https://[::zz]/",
        "https://[1.2.3.4]/",
        "javascript:alert(1)",
        "",
    ],
)
def test_what_is_no_url(text):
    assert not grammar.is_url(text)


@pytest.mark.parametrize("tag", ["en", "EN-us", "zh-Hant-TW", "de-CH-1901", "sr-Latn", "es-419"])
def test_language_tags(tag):
    assert grammar.is_language(tag)


@pytest.mark.parametrize("tag", ["", "e", "english", "en_US", "en-", "x-foo", "en-US\n", "en--US"])
def test_what_is_no_language_tag(tag):
    assert not grammar.is_language(tag)
