"""Who may do what: the one table of this room's routes. The token needs any one of the scopes, the
person a role that allows the act (`issuer.permissions.ROLES`); docs/reference/scopes.md shows both.
"""

from typing import NamedTuple

from api.scopes import ISSUER_ANY, SERVER_ADMIN
from issuer.permissions import Verb


class Access(NamedTuple):
    """`verb` None: no role at an issuer is needed."""

    scopes: frozenset[str]
    verb: Verb | None = None


READ_ALL = frozenset({"r:issuer", "rw:issuer", SERVER_ADMIN})
WRITE_ALL = frozenset({"rw:issuer", SERVER_ADMIN})
# A token may also be tied to the very issuer of the object.
READ_ONE = READ_ALL | {ISSUER_ANY}
WRITE_ONE = WRITE_ALL | {ISSUER_ANY}

AWARDING = {"GET": Access(READ_ONE, Verb.READ), "POST": Access(WRITE_ONE, Verb.AWARD)}
FEED = {"GET": Access(READ_ALL, Verb.READ)}
STAFF = {"GET": Access(READ_ONE, Verb.READ), "POST": Access(WRITE_ONE, Verb.CHANGE_STAFF)}

ROUTES: dict[str, dict[str, Access]] = {
    "/v2/issuers": {
        "GET": Access(READ_ALL, Verb.READ),
        "POST": Access(WRITE_ALL),  # LAUREL_ISSUER_CREATION says who
    },
    "/v2/issuers/changed": FEED,
    "/v2/issuers/{entity_id}": {
        "GET": Access(READ_ONE, Verb.READ),
        "PUT": Access(WRITE_ONE, Verb.UPDATE_ISSUER),
        "DELETE": Access(WRITE_ONE, Verb.DELETE_ISSUER),
    },
    "/v2/issuers/{entity_id}/staff": STAFF
    | {method: Access(WRITE_ONE, Verb.CHANGE_STAFF) for method in ("PUT", "PATCH", "DELETE")},
    "/v2/issuers/{entity_id}/badgeclasses": {
        "GET": Access(READ_ONE, Verb.READ),
        "POST": Access(WRITE_ONE, Verb.CREATE_BADGE_CLASS),
    },
    "/v2/issuers/{entity_id}/assertions": AWARDING,
    "/v2/badgeclasses": {
        "GET": Access(READ_ALL, Verb.READ),
        "POST": Access(WRITE_ALL, Verb.CREATE_BADGE_CLASS),
    },
    "/v2/badgeclasses/changed": FEED,
    "/v2/badgeclasses/{entity_id}": {
        "GET": Access(READ_ONE, Verb.READ),
        "PUT": Access(WRITE_ONE, Verb.UPDATE_BADGE_CLASS),
        "DELETE": Access(WRITE_ONE, Verb.DELETE_BADGE_CLASS),
    },
    "/v2/badgeclasses/{entity_id}/assertions": AWARDING,
    "/v2/badgeclasses/{entity_id}/issue": {"POST": Access(WRITE_ONE, Verb.AWARD)},
    "/v2/assertions/changed": FEED,
    "/v2/assertions/revoke": {"POST": Access(WRITE_ONE, Verb.REVOKE)},
    "/v2/assertions/{entity_id}": {
        "GET": Access(READ_ONE, Verb.READ),
        "PUT": Access(WRITE_ONE, Verb.UPDATE_ASSERTION),
        "DELETE": Access(WRITE_ONE, Verb.REVOKE),
    },
    "/v2/issuances/{entity_id}": {
        "GET": Access(READ_ONE, Verb.READ),
        "DELETE": Access(WRITE_ONE, Verb.REVOKE_ISSUANCE),
    },
    "/v2/issuers/{entity_id}/issuances": {"GET": Access(READ_ONE, Verb.READ)},
    "/v1/issuer/issuers/{entity_id}/staff": STAFF,
}
