"""The shape of everything we publish, so that no validator ever rejects it.

`check` judges whole documents, embedded objects included, and collects every error. Whether what
a document links to can be reached, and whether it is true, is not judged here.
"""

from __future__ import annotations

from collections.abc import Mapping

from ob import grammar, values
from ob.identity import check_identity
from ob.parts import Errors, Reader, Shape, each, plain, read_object, require_one
from ob.terms import PREFIXES, V2_CONTEXT, core_iris

__all__ = ["InvalidDocument", "check", "errors_of", "is_extension_name"]


CORE_IRIS = core_iris()


class InvalidDocument(ValueError):
    """`errors` maps dotted paths into the document to sentences; the document as a whole is ``."""

    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        self.errors = {path: list(sentences) for path, sentences in errors.items()}
        super().__init__("; ".join(f"{path or 'document'}: {s[0]}" for path, s in errors.items()))


def check(document: Mapping[str, object]) -> None:
    """Raise InvalidDocument unless this is a publishable Issuer, BadgeClass or Assertion."""
    if errors := errors_of(document):
        raise InvalidDocument(errors)


def errors_of(document: Mapping[str, object]) -> dict[str, list[str]]:
    """All errors by dotted path; empty for a good document."""
    errors = Errors()
    plain(document, "", errors)
    if not errors.found:
        _top_level(document, errors)
    return errors.found


def is_extension_name(name: str) -> bool:
    """Whether a key maps to an IRI of its own: `extensions:Name`, a known prefix, a full IRI.

    Not to that of a core term: `obi:badge` beside `badge` would give an award two classes.
    """
    prefix, colon, rest = name.partition(":")
    if not colon or not rest or any(c.isspace() for c in name):
        return False
    is_compact = prefix in PREFIXES and not rest.startswith("//")
    iri = PREFIXES[prefix] + rest if is_compact else name
    return (is_compact or grammar.is_iri(name)) and iri not in CORE_IRIS


def _top_level(document: Mapping[str, object], errors: Errors) -> None:
    _context(document.get("@context"), "@context", errors)
    type = document.get("type")
    shape = _TOP_LEVEL.get(type) if isinstance(type, str) else None
    if shape is None:
        errors.add("type", "Must be one of: Assertion, BadgeClass, Issuer, Profile.")
        return
    if type == "Assertion" and "revoked" in document:
        shape = _REVOKED
    read_object(document, "", errors, shape, extension=_extension)


def _context(value: object, path: str, errors: Errors) -> None:
    entries = value if isinstance(value, list) else [value]
    if V2_CONTEXT not in entries:
        errors.add(path, f"Must be, or include, {V2_CONTEXT}.")
    for entry in entries:
        if not isinstance(entry, dict) and not (isinstance(entry, str) and grammar.is_url(entry)):
            errors.add(path, "Each entry must be a URL or an object.")


def _image(*, data_uri: bool) -> Reader:
    def address(value: object, path: str, errors: Errors) -> None:
        if isinstance(value, str) and value[:5].lower() == "data:":
            if not data_uri:
                errors.add(path, "The image of an award must have an address, not a data URI.")
            elif not grammar.is_data_image(value):
                errors.add(path, "A data URI must declare image/png or image/svg+xml.")
        else:
            values.url(value, path, errors)

    shape = Shape(
        required={"id": address},
        optional={
            "type": values.one_of("Image", "schema:ImageObject"),
            "caption": values.text,
            "author": values.url,
        },
    )

    def read(value: object, path: str, errors: Errors) -> None:
        if isinstance(value, dict):
            read_object(value, path, errors, shape)
        else:
            address(value, path, errors)

    return read


def _reads(shape: Shape) -> Reader:
    """A reader of an object; where it is a core object, it may bring a context of its own."""

    def read(value: object, path: str, errors: Errors) -> None:
        read_object(value, path, errors, shape, extension=_extension)
        if isinstance(value, dict) and shape.extensible and "@context" in value:
            _context(value["@context"], f"{path}.@context", errors)

    return read


def _link_or(shape: Shape, link: Reader = values.url) -> Reader:
    embedded = _reads(shape)

    def read(value: object, path: str, errors: Errors) -> None:
        (embedded if isinstance(value, dict) else link)(value, path, errors)

    return read


def _recipient_agrees(value: Mapping[str, object], path: str, errors: Errors) -> None:
    """`hashed` and the form of the identity agree; a plain identity is one of its type."""
    identity, hashed, type = value.get("identity"), value.get("hashed"), value.get("type")
    if not isinstance(identity, str) or not isinstance(hashed, bool) or not isinstance(type, str):
        return
    looks_hashed = bool(grammar.IDENTITY_HASH.fullmatch(identity))
    if hashed and not looks_hashed:
        errors.add(f"{path}.identity", "Must be a hash, sha256$ and 64 hexadecimal characters.")
    elif not hashed and looks_hashed:
        errors.add(f"{path}.hashed", "Must be true: the identity is a hash.")
    elif not hashed:
        if "salt" in value:
            errors.add(f"{path}.salt", "A plain identity has no salt.")
        try:
            check_identity("openBadgeId" if type == "id" else type, identity)
        except ValueError as error:
            errors.add(f"{path}.identity", str(error))


def _verification_agrees(value: Mapping[str, object], path: str, errors: Errors) -> None:
    if value.get("type") == "SignedBadge" and "creator" not in value:
        errors.add(f"{path}.creator", "A signed award must name its key.")
    if value.get("type") == "HostedBadge" and "creator" in value:
        errors.add(f"{path}.creator", "Only a signed award names a key.")


def _assertion_agrees(value: Mapping[str, object], path: str, errors: Errors) -> None:
    issued_on, expires = value.get("issuedOn"), value.get("expires")
    if isinstance(issued_on, str) and isinstance(expires, str):
        start, end = grammar.parse_datetime(issued_on), grammar.parse_datetime(expires)
        if start and end and end <= start:
            errors.add("expires", "Must be after issuedOn.")
    verification, id = value.get("verification"), value.get("id")
    hosted = isinstance(verification, dict) and verification.get("type") == "HostedBadge"
    if hosted and isinstance(id, str) and not grammar.is_url(id):
        errors.add("id", "A hosted award must have an http(s) address as its id.")


def _extension(name: str, value: object, path: str, errors: Errors) -> None:
    """An object with its own context and a type besides Extension (OB 2.0, Extensions)."""
    if not is_extension_name(name):
        errors.add(path, "An extension is named like extensions:Name or by a full IRI.")
    if not isinstance(value, dict):
        errors.add(path, "An extension must be an object.")
        return
    contexts = value.get("@context")
    entries = contexts if isinstance(contexts, list) and contexts else [contexts]
    if not all(isinstance(entry, str) and grammar.is_url(entry) for entry in entries):
        errors.add(f"{path}.@context", "An extension must name its own context by URL.")
    types = value.get("type")
    named = isinstance(types, list) and all(isinstance(t, str) and t for t in types)
    if not named or not isinstance(types, list) or "Extension" not in types or len(set(types)) < 2:
        errors.add(f"{path}.type", "Must be a list of Extension and the extension's own type.")


_RELATED = Shape(
    required={"id": values.iri},
    optional={"@language": values.language, "version": values.version},
)
_COMMON = {
    "related": each(_reads(_RELATED)),
    "version": values.version,
    "@language": values.language,
    "endorsement": each(values.url),
}
_ALIGNMENT = Shape(
    required={"targetName": values.text, "targetUrl": values.url},
    optional={
        "type": values.one_of("AlignmentObject"),
        **dict.fromkeys(("targetDescription", "targetFramework", "targetCode"), values.text),
    },
)
_EVIDENCE = Shape(
    optional={
        "type": values.one_of("Evidence"),
        "id": values.iri,
        **dict.fromkeys(("narrative", "name", "description", "genre", "audience"), values.text),
    },
    agrees=require_one("id", "narrative", "name", "description"),
)
_CRITERIA = Shape(
    optional={"type": values.one_of("Criteria"), "id": values.iri, "narrative": values.text},
    agrees=require_one("id", "narrative"),
)
_RECIPIENT = Shape(
    required={
        "type": values.one_of("email", "url", "telephone", "id"),
        "identity": values.text,
        "hashed": values.boolean,
    },
    optional={"salt": values.text},
    agrees=_recipient_agrees,
)
_VERIFICATION = Shape(
    required={"type": values.one_of("HostedBadge", "SignedBadge")},
    optional={"creator": values.url},
    agrees=_verification_agrees,
)
_ISSUER = Shape(
    required={
        "type": values.one_of("Issuer", "Profile"),
        "id": values.url,
        "name": values.text,
        "url": values.url,
        "email": values.email,
    },
    optional={
        "description": values.text,
        "telephone": values.telephone,
        "image": _image(data_uri=True),
        "publicKey": values.url,
        "revocationList": values.url,
        **_COMMON,
    },
    extensible=True,
)
_BADGE_CLASS = Shape(
    required={
        "type": values.one_of("BadgeClass"),
        "id": values.iri,
        "name": values.text,
        "description": values.any_text,
        "image": _image(data_uri=True),
        "criteria": _link_or(_CRITERIA),
        "issuer": _link_or(_ISSUER),
    },
    optional={"alignment": each(_reads(_ALIGNMENT)), "tags": each(values.text), **_COMMON},
    extensible=True,
)
_ASSERTION = Shape(
    required={
        "type": values.one_of("Assertion"),
        "id": values.iri,
        "recipient": _reads(_RECIPIENT),
        "badge": _link_or(_BADGE_CLASS, values.iri),
        "verification": _reads(_VERIFICATION),
        "issuedOn": values.date_time,
    },
    optional={
        "image": _image(data_uri=False),
        "evidence": each(_link_or(_EVIDENCE, values.iri)),
        "narrative": values.text,
        "expires": values.date_time,
        **_COMMON,
    },
    agrees=_assertion_agrees,
    extensible=True,
)
# Nothing of an award outlives its revocation (OB 2.0, 1.3 hosted revocation)
_REVOKED = Shape(
    required={"type": values.one_of("Assertion"), "id": values.iri, "revoked": values.true},
    optional={"revocationReason": values.text},
)
_TOP_LEVEL = {
    "Issuer": _ISSUER,
    "Profile": _ISSUER,
    "BadgeClass": _BADGE_CLASS,
    "Assertion": _ASSERTION,
}
