"""What the API's description allows and forbids, thrown at a running server by schemathesis: never
a 5xx, never a status, media type or body that is not described.
"""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from hypothesis.strategies import booleans
from schemathesis import GenerationMode, checks
from schemathesis.specs.openapi import checks as openapi

from accounts.api.access import ROUTES as ACCOUNT_ROUTES
from issuer.api.access import ROUTES
from notify.webhooks.api.access import ROUTES as WEBHOOK_ROUTES
from oauth.api import TokensView, TokenView
from tests.support.clients import connect
from tests.support.servers import Server

PUBLIC = [
    *(
        f"/public/{collection}/{{entity_id}}{part}"
        for collection in ("issuers", "badges", "assertions")
        for part in ("", "/image", "/card.png")
    ),
    "/public/issuers/{entity_id}/badges",
    "/public/assertions/{entity_id}/baked",
    "/public/badges/{entity_id}/criteria",
    "/public/oembed",
]
OPERATIONS = [
    (route, method)
    for route, methods in (ROUTES | WEBHOOK_ROUTES | ACCOUNT_ROUTES).items()
    for method in methods
]
OPERATIONS += [("/v2/auth/tokens", method) for method in TokensView.scopes]
OPERATIONS += [("/v2/auth/tokens/{entity_id}", method) for method in TokenView.scopes]
OPERATIONS += [("/o/token", "POST"), *((path, "GET") for path in PUBLIC)]
EXAMPLES = 4
HELD_TO = [
    checks.not_a_server_error,
    openapi.status_code_conformance,
    openapi.content_type_conformance,
    openapi.response_schema_conformance,
    openapi.unsupported_method,
]


class World:
    """A server, a client of it, and ids that exist beside those that do not."""

    def __init__(self, server: Server) -> None:
        self.server, self.client = server, connect(server)
        self.bearer = {"Authorization": f"Bearer {self.client.token['access_token']}"}
        self.ids: dict[str, str] = {}
        self.refill()

    def issuance(self, badge_class: str) -> str:
        """A list that is long enough for a job."""
        rows = [{"recipient": {"identity": f"p{number}@example.org"}} for number in range(1001)]
        answer = self.client.http.post(f"/v2/badgeclasses/{badge_class}/issue", json=rows)
        return answer.json()["result"][0]["entityId"]

    def other_token(self) -> str:
        """Not the one that asks: requests end it."""
        listed = "/v2/auth/tokens"
        http = self.client.http
        if http.get(f"{listed}/{self.ids.get('tokens', 'none')}").status_code == 200:
            return self.ids["tokens"]
        before = {row["entityId"] for row in http.get(listed).json()["result"]}
        self.client.new_token()
        (made,) = {row["entityId"] for row in http.get(listed).json()["result"]} - before
        return made

    def refill(self) -> None:
        """Issuer, class and award: random requests delete and revoke them."""
        issuer = self.client.issuer()["entityId"]
        badge_class = self.client.badge_class(issuer)["entityId"]
        award = self.client.award(badge_class, "grace@example.org")["entityId"]
        self.ids |= {"issuers": issuer, "badgeclasses": badge_class, "assertions": award}
        self.ids["badges"] = badge_class
        if "issuances" not in self.ids:
            self.ids["issuances"] = self.issuance(badge_class)
        http = self.client.http
        hook = {"url": "http://127.0.0.1:1/", "events": ["assertion.created"]}
        webhook = self.client.create(f"/v2/issuers/{issuer}/webhooks", hook)["entityId"]
        tested = http.post(f"/v2/webhooks/{webhook}/test").json()["result"][0]["entityId"]
        self.ids |= {"webhooks": webhook, "event_id": tested}
        self.ids["users"] = http.get("/v2/users/self").json()["result"][0]["entityId"]
        self.ids["tokens"] = self.other_token()
        self.ids["emails"] = http.get("/v1/user/emails").json()[0]["id"]


@pytest.fixture(scope="module")
def world(server: Server) -> Iterator[World]:
    made = World(server)
    yield made
    made.client.close()


@pytest.fixture(scope="module")
def described(world: World) -> Any:
    return schemathesis.openapi.from_url(f"{world.server.url}/schema")


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize(
    ("route", "method"), OPERATIONS, ids=[f"{method} {route}" for route, method in OPERATIONS]
)
def test_nothing_undescribed_comes_back(
    world: World, described: Any, route: str, method: str, mode: GenerationMode
) -> None:
    # 501 is what oEmbed says of a format that is not known.
    held_to = HELD_TO[1:] if route == "/public/oembed" else HELD_TO
    kind = route.partition("/{")[0].rpartition("/")[2]
    try:
        strategy = described[route][method].as_strategy(generation_mode=mode)

        @settings(
            max_examples=EXAMPLES,
            derandomize=True,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=strategy, exists=booleans())
        def send(case: Any, exists: bool) -> None:
            if exists and case.path_parameters:
                for name in case.path_parameters:
                    case.path_parameters[name] = world.ids.get(name, world.ids[kind])
            case.call_and_validate(headers=world.bearer, checks=held_to)

        send()
    except Unsatisfiable:
        assert mode == GenerationMode.NEGATIVE  # of a route where nothing can be wrong
    finally:
        if method != "GET":
            world.refill()
