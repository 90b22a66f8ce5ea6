"""What a token may do: the algebra of scopes, and every route's declared table."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.views import APIView

from api.errors import InsufficientScope
from api.scopes import (
    ADMINISTRATION,
    ISSUER_ANY,
    SCOPES,
    ScopePermission,
    is_known_scope,
    is_within,
    issuer_limit,
    meet,
)
from api.views import ScopedView

DECLARABLE = {*SCOPES, *ADMINISTRATION, ISSUER_ANY}


def test_the_table():
    assert set(SCOPES) == {
        "r:profile", "rw:profile", "r:issuer", "rw:issuer", "r:backpack", "rw:backpack",
    }  # fmt: skip


@pytest.mark.parametrize(
    "scope", [*SCOPES, "rw:issuer:abc", "rw:issuer:-_.~9", "rw:issuer:" + "x" * 64]
)
def test_known(scope):
    assert is_known_scope(scope)


@pytest.mark.parametrize(
    "scope",
    ["", "rw", "RW:issuer", "rw:issuer ", "rw:issuer:", "rw:issuer:*", "rw:issuer:a b",
     "rw:issuer:é", 'rw:issuer:"', "rw:issuer:" + "x" * 65, "r:issuer:abc", "rw:issuer:a\n"],
)  # fmt: skip
def test_unknown(scope):
    assert not is_known_scope(scope)


@pytest.mark.parametrize(
    ("scope", "held", "within"),
    [
        ("rw:issuer", "rw:issuer", True),
        ("r:issuer", "rw:issuer", True),
        ("rw:issuer", "r:issuer", False),
        ("rw:issuer:a", "rw:issuer", True),
        ("rw:issuer:a", "rw:issuer:*", True),
        ("rw:issuer:a", "rw:issuer:a", True),
        ("rw:issuer:a", "rw:issuer:b", False),
        ("rw:issuer:a", "r:issuer", False),
        ("r:issuer", "rw:issuer:a", False),
        ("rw:issuer:*", "rw:issuer:*", False),
        ("r:profile", "rw:issuer", False),
        ("nonsense", "nonsense", False),
    ],
)
def test_within(scope, held, within):
    assert is_within(scope, [held]) is within


@pytest.mark.parametrize(
    ("asked", "held", "both"),
    [
        ("rw:issuer r:profile", "rw:profile rw:issuer", "rw:issuer r:profile"),
        ("rw:issuer", "r:issuer rw:issuer:a", "r:issuer rw:issuer:a"),
        ("rw:issuer rw:issuer", "rw:issuer", "rw:issuer"),
        ("rw:backpack", "rw:issuer", ""),
    ],
)
def test_meet(asked, held, both):
    assert meet(asked.split(), held.split()) == both.split()


@pytest.mark.parametrize(
    ("granted", "limit"),
    [
        ({"rw:issuer"}, None),
        ({"r:issuer", "rw:issuer:a"}, {"a"}),
        ({"rw:issuer", "rw:issuer:a"}, None),
        ({"rw:issuer:a", "rw:issuer:b", "rw:profile"}, {"a", "b"}),
        ({"rw:profile"}, set()),
    ],
)
def test_issuer_limit(granted, limit):
    assert issuer_limit(frozenset(granted)) == limit


class TestPermission:
    view = SimpleNamespace(
        scopes={
            "GET": frozenset({"r:issuer", "rw:issuer", ISSUER_ANY}),
            "POST": frozenset({"rw:issuer"}),
        }
    )

    def allows(self, method: str, *granted: str, issuer: str = "") -> bool:
        auth = SimpleNamespace(granted=frozenset(granted)) if granted else None
        request: Any = SimpleNamespace(method=method, auth=auth)
        permission = ScopePermission()
        try:
            allowed = permission.has_permission(request, self.view)
            if issuer and allowed:
                thing = SimpleNamespace(log_issuer_id=issuer)
                allowed = permission.has_object_permission(request, self.view, thing)
        except InsufficientScope:
            return False
        return allowed

    def test_any_declared_scope_is_enough(self):
        assert self.allows("GET", "r:issuer", issuer="a")
        assert self.allows("HEAD", "rw:issuer", "r:profile", issuer="a")
        assert not self.allows("POST", "r:issuer")
        assert not self.allows("GET", "rw:profile")
        assert not self.allows("GET")

    def test_one_issuer(self):
        assert self.allows("GET", "rw:issuer:a", issuer="a")
        assert not self.allows("GET", "rw:issuer:a", issuer="b")
        assert not self.allows("POST", "rw:issuer:a")

    def test_the_declaration_itself_is_no_key(self):
        """A token that says `rw:issuer:*` would otherwise open every issuer."""
        assert not self.allows("GET", ISSUER_ANY, issuer="a")

    def test_a_method_without_a_row_is_an_error(self):
        with pytest.raises(KeyError):
            self.allows("DELETE", "rw:issuer")


def routes(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, type[APIView]]]:
    """Every route of the URL conf that a REST view answers."""
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern):
            view = getattr(pattern.callback, "cls", None)
            if isinstance(view, type) and issubclass(view, APIView):
                yield path, view


def missing(view: type[APIView]) -> set[str]:
    """What a view lacks: methods it answers without a row of scopes, rows it cannot answer."""
    if not issubclass(view, ScopedView):
        return {"it is no ScopedView"}
    answered = {name.upper() for name in view.http_method_names if hasattr(view, name)}
    strange = {scope for row in view.scopes.values() for scope in row} - DECLARABLE
    empty = {method for method, row in view.scopes.items() if not row}
    gate = set() if ScopePermission in view.permission_classes else {"another permission class"}
    return answered ^ set(view.scopes) | strange | empty | gate


# Where anybody may, and no token is looked at.
OPEN = {
    "v1/user/profile": {"POST"},
    "v2/auth/forgot-password": {"GET", "POST", "PUT"},
    "v2/termsVersions/latest": {"GET"},
}


def test_every_route_declares_the_scopes_of_every_method():
    found = dict(routes(get_resolver().url_patterns))
    assert len(found) >= 7
    assert {path: missing(view) for path, view in found.items() if missing(view)} == OPEN


def test_a_route_that_forgets_is_noticed():
    class Forgetful(ScopedView):
        scopes = {"GET": frozenset({"r:issuer"})}

        def get(self, request: Any) -> None: ...
        def delete(self, request: Any) -> None: ...

    class Bare(APIView): ...

    assert missing(Forgetful) == {"DELETE"}
    assert missing(Bare)


def test_a_forgotten_method_is_closed(rf):
    """Not even a token's holder gets in: the table has no row to hold them to."""

    class Forgetful(ScopedView):
        scopes = {"GET": frozenset({"r:issuer"})}

        def put(self, request: Any) -> None:
            raise AssertionError("open to everybody")

    assert Forgetful.as_view()(rf.put("/")).status_code == 401
