"""Which issuers a person belongs to. Issuers live above this floor: they register who knows."""

from collections.abc import Callable, Sequence

from accounts.models import User

Membership = tuple[str, str]  # entity id and name of an issuer
Reader = Callable[[User], Sequence[Membership]]

_readers: list[Reader] = []


def register(reader: Reader) -> None:
    """For `AppConfig.ready()`."""
    _readers.append(reader)


def issuers_of(user: User) -> list[Membership]:
    """The issuers at which the person has a role, by name."""
    return sorted(
        (issuer for reader in _readers for issuer in reader(user)), key=lambda found: found[1]
    )
