"""Open Badges 1.1 as readers of old still ask for it (`?v=1_1`), turned from a 2.0 document.

Only for our own hosted documents; reading other people's old badges is not done here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from ob.terms import V1_CONTEXT, V2_CONTEXT

_MARK = "v=1_1"
_ASSERTION_KEYS = ("recipient", "badge", "verify", "issuedOn", "image", "evidence", "expires")
_BADGE_CLASS_KEYS = ("name", "description", "image", "criteria", "issuer")
_ISSUER_KEYS = ("name", "url", "email", "description", "image")


def as_v1_1(document: Mapping[str, Any]) -> dict[str, Any]:
    """The OB 1.1 form of a 2.0 Issuer, BadgeClass or Assertion, embedded objects turned too.

    Ids and references on the document's own origin gain `?v=1_1`. What 1.1 has no words for is
    left out. A document that already is 1.1 comes back as it is.
    """
    if document.get("@context") == V1_CONTEXT:
        return dict(document)
    return _turn(document, _origin(str(document.get("id", ""))))


def _turn(document: Mapping[str, Any], origin: str) -> dict[str, Any]:
    id = str(document["id"])
    turned: dict[str, Any] = {}
    if "@context" in document:
        turned["@context"] = _context(document["@context"])
    type = document["type"]
    turned |= {"type": "Issuer" if type == "Profile" else type, "id": _versioned(id, origin)}
    if document.get("revoked") is True:
        return turned | _chosen(document, ("revoked", "revocationReason"))
    if type == "Assertion":
        turned |= {"uid": urlsplit(id).path.rstrip("/").rpartition("/")[2]}
        turned |= _chosen(_assertion(document, turned["id"], origin), _ASSERTION_KEYS)
    elif type == "BadgeClass":
        turned |= _chosen(_badge_class(document, origin), _BADGE_CLASS_KEYS)
    else:
        turned |= _chosen(document, _ISSUER_KEYS)
    if "image" in turned:
        turned["image"] = _address(turned["image"])
    return turned | {key: value for key, value in document.items() if ":" in key}


def _assertion(document: Mapping[str, Any], id: str, origin: str) -> dict[str, Any]:
    parts = dict(document)
    parts["badge"] = _reference(document["badge"], origin)
    parts["verify"] = {"type": "hosted", "url": id}
    if "evidence" in document:
        given = document["evidence"]
        pieces = given if isinstance(given, list) else [given]
        address = _address(pieces[0]) if len(pieces) == 1 else None
        # 1.1 knows one address: the award's own page shows every piece, and the narratives
        usable = isinstance(address, str) and address.startswith(("http://", "https://"))
        parts["evidence"] = address if usable else document["id"]
    return parts


def _badge_class(document: Mapping[str, Any], origin: str) -> dict[str, Any]:
    parts = dict(document)
    parts["issuer"] = _reference(document["issuer"], origin)
    parts["criteria"] = _address(document["criteria"]) or f"{document['id']}/criteria"
    return parts


def _chosen(properties: Mapping[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: properties[key] for key in keys if key in properties}


def _address(value: Any) -> Any:
    return value.get("id") if isinstance(value, Mapping) else value


def _reference(value: Any, origin: str) -> Any:
    return _turn(value, origin) if isinstance(value, Mapping) else _versioned(value, origin)


def _context(value: Any) -> Any:
    if isinstance(value, list):
        return [V1_CONTEXT if entry == V2_CONTEXT else entry for entry in value]
    return V1_CONTEXT


def _origin(id: str) -> str:
    parts = urlsplit(id)
    return f"{parts.scheme}://{parts.netloc}"


def _versioned(id: str, origin: str) -> str:
    parts = urlsplit(id)
    if parts.scheme not in ("http", "https") or _origin(id) != origin:
        return id
    query = f"{parts.query}&{_MARK}" if parts.query else _MARK
    return parts._replace(query=query).geturl()
