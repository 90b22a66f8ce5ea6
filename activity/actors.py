"""Who acts: a person, through a client, over a channel. Services take an Actor, never a request."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class Channel(StrEnum):
    """The door that an act came through."""

    API = "api"
    WEB = "web"
    COMMAND = "command"
    JOB = "job"


class Person(Protocol):
    """What the activity log needs to know of a user."""

    @property
    def pk(self) -> int: ...
    @property
    def entity_id(self) -> str: ...
    @property
    def is_superuser(self) -> bool: ...


@dataclass(frozen=True, kw_only=True)
class Actor:
    """`user` is None when the server itself acts. `client` names the application or app password,
    if any.

    `issuer_limit`, when set, has the entity ids of the only issuers that the token reaches. An
    `administrator` acts for the whole server: every issuer is within reach, whatever the role.
    """

    user: Person | None
    channel: Channel
    client: str = ""
    issuer_limit: frozenset[str] | None = field(default=None)
    administrator: bool = False

    @property
    def user_id(self) -> int | None:
        return self.user.pk if self.user else None
