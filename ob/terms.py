"""The vocabulary of Open Badges 2.0 as a table: every term, its IRI and how its values are read.

The published v2 context document is built from this table; nothing else lives here.
"""

from __future__ import annotations

V1_CONTEXT = "https://w3id.org/openbadges/v1"
V2_CONTEXT = "https://w3id.org/openbadges/v2"
V2_ALIAS = "https://openbadgespec.org/v2/context.json"

PREFIXES: dict[str, str] = {
    "extensions": "https://w3id.org/openbadges/extensions#",
    "obi": "https://w3id.org/openbadges#",
    "cred": "https://w3id.org/credentials#",
    "dc": "http://purl.org/dc/terms/",
    "schema": "http://schema.org/",
    "sec": "https://w3id.org/security#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

# Classes whose IRI is `obi:` and their own name.
_OBI_CLASSES = [
    "Assertion",
    "BadgeClass",
    "Criteria",
    "Evidence",
    "Extension",
    "FrameValidation",
    "IdentityObject",
    "Image",
    "HostedBadge",
    "Issuer",
    "Profile",
    "RevocationList",
    "SignedBadge",
    "TypeValidation",
    "VerificationObject",
]

_OTHER_CLASSES: dict[str, str] = {
    "AlignmentObject": "schema:AlignmentObject",
    "CryptographicKey": "sec:Key",
    "Endorsement": "cred:Credential",
    "hosted": "obi:HostedBadge",
    "signed": "obi:SignedBadge",
}

# Properties by the reading of their values: another object's IRI, a typed literal, plain text.
_LINKS: dict[str, str] = {
    "author": "schema:author",
    "claim": "cred:claim",
    "creator": "dc:creator",
    "endorsement": "cred:credential",
    "image": "schema:image",
    "owner": "sec:owner",
    "publicKey": "sec:publicKey",
    "related": "dc:relation",
    "url": "schema:url",
    "alignment": "obi:alignment",
    "badge": "obi:badge",
    "criteria": "obi:criteria",
    "evidence": "obi:evidence",
    "issuer": "obi:issuer",
    "recipient": "obi:recipient",
    "revocationList": "obi:revocationList",
    "verification": "obi:verify",
}
_TIMES: dict[str, str] = {
    "created": "dc:created",
    "expires": "sec:expiration",
    "issuedOn": "obi:issueDate",
}
_FLAGS: dict[str, str] = {"hashed": "obi:hashed", "revoked": "obi:revoked"}
_TEXTS: dict[str, str] = {
    **{
        name: f"schema:{name}"
        for name in [
            "caption",
            "description",
            "email",
            "genre",
            "name",
            "targetDescription",
            "targetName",
            "targetUrl",
            "telephone",
            "version",
        ]
    },
    **{
        name: f"obi:{name}"
        for name in [
            "allowedOrigins",
            "audience",
            "endorsementComment",
            "narrative",
            "revocationReason",
            "salt",
            "targetCode",
            "uid",
            "validatesType",
            "validation",
            "validationFrame",
            "validationSchema",
            "verificationProperty",
        ]
    },
    "publicKeyPem": "sec:publicKeyPem",
    "startsWith": "http://purl.org/dqm-vocabulary/v1/dqm#startsWith",
    "tags": "schema:keywords",
    "targetFramework": "schema:educationalFramework",
    "identity": "obi:identityHash",
    "revokedAssertions": "obi:revoked",
    # An alias of the term, without its reading as a link: the standard has it so.
    "verify": "verification",
}


def build_context() -> dict[str, object]:
    """The v2 context document, `{"@context": {...}}`, made anew: callers may change it."""
    context: dict[str, object] = {"id": "@id", "type": "@type", **PREFIXES}
    context.update({name: f"obi:{name}" for name in _OBI_CLASSES})
    context.update(_OTHER_CLASSES)
    context.update(_TEXTS)
    for properties, reading in ((_LINKS, "@id"), (_TIMES, "xsd:dateTime"), (_FLAGS, "xsd:boolean")):
        context.update({name: {"@id": iri, "@type": reading} for name, iri in properties.items()})
    return {"@context": context}


def core_iris() -> frozenset[str]:
    """What the terms of the context stand for, in full."""
    terms = [
        *(f"obi:{name}" for name in _OBI_CLASSES),
        *_OTHER_CLASSES.values(),
        *_TEXTS.values(),
        *_LINKS.values(),
        *_TIMES.values(),
        *_FLAGS.values(),
    ]
    parts = [term.partition(":") for term in terms]
    return frozenset(
        PREFIXES[prefix] + rest if prefix in PREFIXES else f"{prefix}:{rest}"
        for prefix, _, rest in parts
    )
