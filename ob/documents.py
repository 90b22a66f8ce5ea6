"""Open Badges 2.0 documents from facts: the one place where public JSON is written.

Old forms are in `legacy`, judging in `shapes`. Nothing that does not pass `shapes` leaves here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

from ob.facts import (
    Alignment,
    AssertionFacts,
    BadgeClassFacts,
    Evidence,
    Image,
    IssuerFacts,
    RecipientFacts,
    Related,
)
from ob.identity import IDENTITY_TYPES, hash_identity
from ob.shapes import InvalidDocument, errors_of, is_extension_name
from ob.terms import V2_CONTEXT

Document = dict[str, Any]

__all__ = [
    "Document",
    "InvalidDocument",
    "assertion_document",
    "badge_class_document",
    "decode",
    "encode",
    "etag",
    "expand_assertion",
    "expand_badge_class",
    "issuer_document",
    "revoked_assertion_document",
]


def issuer_document(facts: IssuerFacts) -> Document:
    """The Profile of an issuer. Raises InvalidDocument.

    It has no `verification`: without one the rule is "same origin", which also holds on a host
    with a port, where the standard's own words for it fail.
    """
    document = {
        **_head("Issuer", facts.id),
        "name": facts.name,
        "url": facts.url,
        "email": facts.email,
        "description": facts.description,
        "telephone": facts.telephone,
        "image": _image(facts.image),
        **_tail(facts),
    }
    return _finish(document, facts.extensions)


def badge_class_document(facts: BadgeClassFacts) -> Document:
    """A BadgeClass; without criteria its own `/criteria` address stands in."""
    criteria = _present({"id": facts.criteria_url, "narrative": facts.criteria_narrative})
    document = {
        **_head("BadgeClass", facts.id),
        "name": facts.name,
        "description": facts.description,
        "image": _image(facts.image),
        "criteria": criteria or {"id": f"{facts.id}/criteria"},
        "issuer": facts.issuer,
        "alignment": [_alignment(alignment) for alignment in facts.alignments],
        "tags": list(facts.tags),
        **_tail(facts),
    }
    return _finish(document, facts.extensions, keep=("description",))


def assertion_document(facts: AssertionFacts) -> Document:
    """A hosted Assertion. Raises InvalidDocument."""
    errors: dict[str, list[str]] = {}
    document = {
        **_head("Assertion", facts.id),
        "recipient": _recipient(facts.recipient, errors),
        "badge": facts.badge,
        "verification": {"type": "HostedBadge"},
        "issuedOn": _datetime(facts.issued_on, "issuedOn", errors),
        "image": _image(facts.image),
        "expires": _datetime(facts.expires, "expires", errors),
        "evidence": [_evidence(evidence) for evidence in facts.evidence],
        "narrative": facts.narrative,
        **_tail(facts),
    }
    return _finish(document, facts.extensions, errors=errors)


def revoked_assertion_document(*, id: str, reason: str | None = None) -> Document:
    """What remains of a revoked Assertion (OB 2.0, hosted revocation). Raises InvalidDocument."""
    return _finish({**_head("Assertion", id), "revoked": True, "revocationReason": reason}, {})


def expand_assertion(
    assertion_doc: Mapping[str, Any],
    badge_doc: Mapping[str, Any],
    issuer_doc: Mapping[str, Any] | None = None,
) -> Document:
    """The Assertion with its badge class (and that one's issuer) embedded; inputs unchanged.

    A revoked Assertion has nothing to embed in. What has another id than the document names is not
    embedded: the link stays (some objects have new ids while they are rebased, others old ones).
    """
    if "badge" not in assertion_doc:
        return dict(assertion_doc)
    badge = expand_badge_class(badge_doc, issuer_doc) if issuer_doc else badge_doc
    return _embed(assertion_doc, "badge", badge)


def expand_badge_class(badge_doc: Mapping[str, Any], issuer_doc: Mapping[str, Any]) -> Document:
    """The BadgeClass with its issuer embedded, if it is its issuer; inputs unchanged."""
    return _embed(badge_doc, "issuer", issuer_doc)


def encode(document: Mapping[str, Any]) -> bytes:
    """UTF-8 JSON: the same document gives the same bytes, keys in the document's order."""
    return orjson.dumps(document)


def decode(data: bytes | str) -> Document:
    """The JSON object in `data`. Raises ValueError for anything else."""
    document = orjson.loads(data)
    if not isinstance(document, dict):
        raise ValueError("The document is not a JSON object.")
    return document


def _head(type: str, id: str) -> Document:
    return {"@context": V2_CONTEXT, "type": type, "id": id}


def _tail(facts: IssuerFacts | BadgeClassFacts | AssertionFacts) -> Document:
    return {
        "related": [_related(related) for related in facts.related],
        "version": facts.version,
        "@language": facts.language,
    }


def _finish(
    document: Document,
    extensions: Mapping[str, Mapping[str, object]],
    *,
    keep: Sequence[str] = (),
    errors: dict[str, list[str]] | None = None,
) -> Document:
    """Drop what is absent, add the extensions, and let nothing out that has errors."""
    errors = dict(errors or {})
    finished = {
        key: value
        for key, value in document.items()
        if (key in keep and value is not None) or (value not in (None, "", []))
    }
    for name, extension in extensions.items():
        if is_extension_name(name):
            finished[name] = _thaw(extension)
        else:
            errors[name] = ["An extension is named like extensions:Name or by a full IRI."]
    # what the builder knows about a path says more than that the value is missing there
    errors = {**errors_of(finished), **errors}
    if errors:
        raise InvalidDocument(errors)
    return finished


def _recipient(facts: RecipientFacts, errors: dict[str, list[str]]) -> Document:
    if facts.type not in IDENTITY_TYPES:
        errors["recipient.type"] = [f"Must be one of: {', '.join(IDENTITY_TYPES)}."]
    identity = facts.identity
    if facts.hashed and identity:
        try:
            identity = hash_identity(identity, facts.salt or "")
        except ValueError:
            errors["recipient.identity"] = ["Is not valid Unicode text."]
    recipient = {
        # the property that identifies; of a recipient known by its Open Badges id that is `id`
        "type": "id" if facts.type == "openBadgeId" else facts.type,
        "identity": identity,
        "hashed": facts.hashed,
    }
    return recipient | ({"salt": facts.salt} if facts.hashed and facts.salt else {})


def _datetime(value: datetime | None, key: str, errors: dict[str, list[str]]) -> str | None:
    if value is None:
        return None
    if value.tzinfo is None or value.utcoffset() is None:
        errors[key] = ["Must have a time zone."]
        return None
    try:
        return value.astimezone(UTC).isoformat()
    except OverflowError:
        errors[key] = ["Is outside of the calendar."]
        return None


def _image(image: str | Image | None) -> str | Document | None:
    if not isinstance(image, Image):
        return image
    whole = _present({"id": image.id, "caption": image.caption, "author": image.author})
    return image.id if set(whole) == {"id"} else whole


def _evidence(evidence: Evidence) -> Document:
    properties = {
        "id": evidence.id,
        "narrative": evidence.narrative,
        "name": evidence.name,
        "description": evidence.description,
        "genre": evidence.genre,
        "audience": evidence.audience,
    }
    return {"type": "Evidence", **_present(properties)}


def _alignment(alignment: Alignment) -> Document:
    properties = {
        "targetName": alignment.target_name,
        "targetUrl": alignment.target_url,
        "targetDescription": alignment.target_description,
        "targetFramework": alignment.target_framework,
        "targetCode": alignment.target_code,
    }
    return _present(properties)


def _related(related: Related) -> Document:
    return _present({"id": related.id, "@language": related.language, "version": related.version})


def _present(properties: Mapping[str, str | None]) -> Document:
    return {key: value for key, value in properties.items() if value}


def _thaw(value: object) -> Any:
    """Mappings and sequences of any kind as the dicts and lists that JSON knows."""
    if isinstance(value, Mapping):
        return {key: _thaw(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_thaw(item) for item in value]
    return value


def _embed(outer: Mapping[str, Any], key: str, inner: Mapping[str, Any]) -> Document:
    current = outer[key]
    named = current.get("id") if isinstance(current, Mapping) else current
    if named != inner["id"]:
        return dict(outer)
    # an embedded object inherits the context; one that says more than the outer keeps its own
    inherited = inner.get("@context") == outer.get("@context")
    return {**outer, key: {k: v for k, v in inner.items() if k != "@context" or not inherited}}


def etag(content: bytes) -> str:
    """An entity tag for encoded bytes: 32 hex digits, without quotes."""
    return hashlib.sha256(content).hexdigest()[:32]
