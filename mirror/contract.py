"""What an adapter is: the few things a remote badge service is asked to do, and the plain values
that travel. docs/how-to/write-a-provider.md explains it. No Django, no database.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from net import Response


class RemoteError(Exception):
    """The remote did not do what it was asked. `status` is its HTTP status, if it answered."""

    def __init__(self, words: str, *, status: int | None = None) -> None:
        super().__init__(words)
        self.status = status


class Unauthorized(RemoteError):
    """The access token is not (or no longer) good. Nothing was done."""


class Rejected(RemoteError):
    """A definite no, in the remote's words. Nothing was done; asking again will not help."""


class NotNow(RemoteError):
    """No answer, or none that says what happened: it may have been done, unless nothing was `sent`.
    To be tried again later, after `after` seconds where the remote said so.
    """

    def __init__(
        self,
        words: str,
        *,
        status: int | None = None,
        after: float | None = None,
        sent: bool = True,
    ) -> None:
        super().__init__(words, status=status)
        self.after, self.sent = after, sent


@dataclass(frozen=True)
class Tokens:
    """What signing in brings. `expires_in` seconds; None where the remote did not say."""

    access: str
    refresh: str
    expires_in: float | None


@dataclass(frozen=True)
class RemoteIssuer:
    """The issuer awards go to. `roles`: role by the lower-case address of its staff, if told."""

    id: str
    name: str
    roles: Mapping[str, str]


@dataclass(frozen=True)
class RemoteObject:
    """A badge class or an award over there. `name` is a class's own."""

    id: str
    open_badge_id: str
    image_url: str
    name: str = ""


@dataclass(frozen=True)
class RemoteAward(RemoteObject):
    """An award over there, with what it takes to recognise it."""

    issued_on: datetime | None = None
    expires: datetime | None = None
    revoked: bool = False


@dataclass(frozen=True)
class BadgeClassFacts:
    """What a badge class says here. `expires` is amount and unit; `image` the bytes themselves."""

    name: str
    description: str
    criteria_url: str
    criteria_narrative: str
    tags: list[str]
    alignments: list[dict[str, str]]
    expires: tuple[int, str] | None
    extensions: dict[str, Any]
    image: bytes
    image_type: str


@dataclass(frozen=True)
class AwardFacts:
    """What an award says here. Evidence has the keys url, narrative, name and so on."""

    identity: str
    identity_type: str
    hashed: bool
    issued_on: datetime
    expires: datetime | None
    narrative: str
    evidence: list[dict[str, str]]
    extensions: dict[str, Any]


class Send(Protocol):
    """The way out: `net.fetch` with what the operator allows. Raises NotNow without an answer."""

    def __call__(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Response: ...


@dataclass(frozen=True)
class Account:
    """Where an adapter works. `token` is empty while it signs in; `salt` may be empty."""

    api_url: str
    issuer_id: str
    salt: str
    token: str


class Adapter(Protocol):
    """A remote badge service. Each method asks once and raises Unauthorized, Rejected or NotNow:
    tokens, retries and order are not its business. An empty `remote_id` means: make a new one.
    """

    def sign_in(self, username: str, password: str) -> Tokens: ...
    def refresh(self, refresh_token: str) -> Tokens: ...
    def issuer(self) -> RemoteIssuer: ...
    def badge_classes(self) -> list[RemoteObject]: ...
    def save_badge_class(self, facts: BadgeClassFacts, remote_id: str) -> RemoteObject: ...
    def awards(self, badge_class_id: str, identity: str) -> list[RemoteAward]: ...
    def save_award(self, badge_class_id: str, facts: AwardFacts, remote_id: str) -> RemoteAward: ...
    def revoke_award(self, remote_id: str, reason: str) -> None: ...


MakeAdapter = Callable[[Account, Send], Adapter]
