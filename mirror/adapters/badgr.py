"""Badgr's API version 2, as Badgr, its forks and Laurel itself serve it."""

import base64
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import orjson

from mirror.adapters.answers import as_json, next_page, require_success
from mirror.contract import (
    Account,
    AwardFacts,
    BadgeClassFacts,
    NotNow,
    Rejected,
    RemoteAward,
    RemoteIssuer,
    RemoteObject,
    Send,
    Tokens,
)
from ob.identity import hash_identity

PAGE = 200
MAX_PAGES = 5000
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}


class Badgr:
    """One account at one issuer of a Badgr server."""

    def __init__(self, account: Account, send: Send) -> None:
        self._account, self._send = account, send

    def sign_in(self, username: str, password: str) -> Tokens:
        return self._tokens({"username": username, "password": password})

    def refresh(self, refresh_token: str) -> Tokens:
        return self._tokens({"grant_type": "refresh_token", "refresh_token": refresh_token})

    def issuer(self) -> RemoteIssuer:
        row = self._one("GET", f"/v2/issuers/{quote(self._account.issuer_id, safe='')}")
        roles = {
            str(address.get("email", "")).lower(): str(member.get("role", ""))
            for member in row.get("staff") or []
            for address in (member.get("userProfile") or {}).get("emails") or []
        }
        return RemoteIssuer(row["entityId"], str(row.get("name", "")), roles)

    def badge_classes(self) -> list[RemoteObject]:
        issuer = quote(self._account.issuer_id, safe="")
        return [_object(row) for row in self._rows(f"/v2/issuers/{issuer}/badgeclasses", {})]

    def save_badge_class(self, facts: BadgeClassFacts, remote_id: str) -> RemoteObject:
        body = _badge_class(facts)
        if remote_id:
            return _object(self._one("PUT", f"/v2/badgeclasses/{quote(remote_id, safe='')}", body))
        issuer = quote(self._account.issuer_id, safe="")
        return _object(self._one("POST", f"/v2/issuers/{issuer}/badgeclasses", body))

    def awards(self, badge_class_id: str, identity: str) -> list[RemoteAward]:
        path = f"/v2/badgeclasses/{quote(badge_class_id, safe='')}/assertions"
        wanted = {"include_expired": "1", "include_revoked": "1"}
        if identity:
            wanted["recipient"] = identity
        else:
            wanted["num"] = str(PAGE)
        rows = self._rows(path, wanted)
        # Not every fork heeds `recipient`: nobody is given another person's award.
        return [_award(row) for row in rows if not identity or _is_for(row, identity)]

    def save_award(self, badge_class_id: str, facts: AwardFacts, remote_id: str) -> RemoteAward:
        body = _award_body(facts, self._account.salt)
        if remote_id:
            return _award(self._one("PUT", f"/v2/assertions/{quote(remote_id, safe='')}", body))
        # The remote mails nobody: whom to tell of an award is decided where it was made.
        body |= {"allowDuplicateAwards": False, "notify": False}
        path = f"/v2/badgeclasses/{quote(badge_class_id, safe='')}/assertions"
        return _award(self._one("POST", path, body))

    def revoke_award(self, remote_id: str, reason: str) -> None:
        """Quiet where it is revoked already: there is nothing left to take back."""
        path = f"/v2/assertions/{quote(remote_id, safe='')}"
        try:
            self._ask("DELETE", path, {"revocation_reason": reason})
        except Rejected as error:
            if "already revoked" not in str(error):
                raise

    def _tokens(self, fields: dict[str, str]) -> Tokens:
        url = f"{self._account.api_url}/o/token"
        answer = self._send(url, method="POST", headers=FORM, body=urlencode(fields).encode())
        require_success(answer, signing_in=True)
        told = as_json(answer)
        access, refresh, expires_in = (
            told.get(key) for key in ("access_token", "refresh_token", "expires_in")
        )
        if not isinstance(access, str) or not access:
            raise NotNow("The sign-in brought no access token.", status=answer.status)
        return Tokens(
            access,
            refresh if isinstance(refresh, str) else "",
            float(expires_in) if isinstance(expires_in, int | float) else None,
        )

    def _one(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        rows = self._ask(method, path, body)[0]
        if len(rows) != 1:
            raise NotNow(f"The remote answered with {len(rows)} objects in place of one.")
        return rows[0]

    def _rows(self, path: str, wanted: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        """All rows of a list, page by page."""
        following = f"{path}?{urlencode(wanted)}" if wanted else path
        for _ in range(MAX_PAGES):
            rows, link = self._ask("GET", following)
            yield from rows
            # The token goes to no other address, whatever a list says comes next.
            query = urlsplit(next_page(link)).query
            if not query:
                return
            following = f"{path}?{query}"
        raise NotNow("The remote's list does not end.")

    def _ask(self, method: str, path: str, body: Any = None) -> tuple[list[dict[str, Any]], str]:
        """The rows of an answer, and its Link header."""
        headers = {"Authorization": f"Bearer {self._account.token}", "Accept": "application/json"}
        content = None
        if body is not None:
            headers, content = headers | JSON, orjson.dumps(body)
        url = f"{self._account.api_url}{path}"
        answer = self._send(url, method=method, headers=headers, body=content)
        require_success(answer)
        if answer.status == 204:
            return [], ""
        rows = as_json(answer).get("result")
        if not isinstance(rows, list) or not all(_is_object(row) for row in rows):
            raise NotNow("The remote's answer is not Badgr's.", status=answer.status)
        return rows, answer.headers.get("link", "")


def _is_object(row: Any) -> bool:
    return isinstance(row, dict) and isinstance(row.get("entityId"), str) and bool(row["entityId"])


def _object(row: dict[str, Any]) -> RemoteObject:
    return RemoteObject(
        id=row["entityId"],
        open_badge_id=str(row.get("openBadgeId") or ""),
        image_url=str(row.get("image") or ""),
        name=str(row.get("name") or ""),
    )


def _award(row: dict[str, Any]) -> RemoteAward:
    return RemoteAward(
        id=row["entityId"],
        open_badge_id=str(row.get("openBadgeId") or ""),
        image_url=str(row.get("image") or ""),
        issued_on=_moment(row.get("issuedOn")),
        expires=_moment(row.get("expires")),
        revoked=row.get("revoked") is True,
    )


def _is_for(row: dict[str, Any], identity: str) -> bool:
    told = row.get("recipient")
    told = told if isinstance(told, dict) else {}
    plain = told.get("plaintextIdentity") or told.get("identity") or ""
    hashed = hash_identity(identity, str(told.get("salt") or ""))
    return str(plain).casefold() == identity.casefold() or told.get("identity") == hashed


def _moment(text: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _instant(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None


def _badge_class(facts: BadgeClassFacts) -> dict[str, Any]:
    """Badgr takes null and refuses the empty text."""
    amount, duration = facts.expires or (None, None)
    body: dict[str, Any] = {
        "name": facts.name,
        "description": facts.description,
        "criteriaUrl": facts.criteria_url or None,
        "criteriaNarrative": facts.criteria_narrative or None,
        "tags": facts.tags,
        "alignments": facts.alignments,
        "expires": {"amount": amount, "duration": duration},
    }
    if facts.image:
        body["image"] = f"data:{facts.image_type};base64,{base64.b64encode(facts.image).decode()}"
    return body | ({"extensions": facts.extensions} if facts.extensions else {})


def _award_body(facts: AwardFacts, salt: str) -> dict[str, Any]:
    recipient = {
        "identity": facts.identity,
        "type": facts.identity_type,
        "hashed": facts.hashed,
    }
    body: dict[str, Any] = {
        "recipient": recipient | ({"salt": salt} if salt else {}),
        "issuedOn": _instant(facts.issued_on),
        "expires": _instant(facts.expires),
        "narrative": facts.narrative or None,
        "evidence": facts.evidence,
    }
    return body | ({"extensions": facts.extensions} if facts.extensions else {})
