"""Who may do what: the one table of this room's routes. The token needs any one of the scopes; with
none named, anybody may, and a token is not looked at.
"""

from api.scopes import SERVER_ADMIN

ANYBODY: frozenset[str] = frozenset()
READ = frozenset({"r:profile", "rw:profile"})
WRITE = frozenset({"rw:profile"})

SELF = {"GET": READ, "PUT": WRITE}

ROUTES: dict[str, dict[str, frozenset[str]]] = {
    "/v2/users/self": SELF,
    "/v2/user/profile": SELF,
    # oneself; for an administrator's application also others
    "/v2/users/{entity_id}": {"GET": READ | {SERVER_ADMIN}, "PUT": WRITE},
    "/v2/auth/forgot-password": {"GET": ANYBODY, "POST": ANYBODY, "PUT": ANYBODY},
    "/v2/termsVersions/latest": {"GET": ANYBODY},
    "/v1/user/profile": {"GET": READ, "POST": ANYBODY, "PUT": WRITE},
    "/v1/user/emails": {"GET": READ, "POST": WRITE},
    "/v1/user/emails/{address_id}": {"GET": READ, "PUT": WRITE, "DELETE": WRITE},
}
