"""/schema and /docs/api: every route with its scopes, its errors and an example that works."""

import json
from typing import Any

import jsonschema
import pytest
import yaml
from django.test import Client

from accounts.api.access import ROUTES as ACCOUNT_ROUTES
from accounts.api.described import DESCRIBED as ACCOUNTS_DESCRIBED
from accounts.services.people import create_user
from issuer.api import examples
from issuer.api.access import ROUTES
from issuer.api.described import DESCRIBED
from issuer.models import Issuance
from notify.models import WebhookDelivery
from notify.webhooks.api.access import ROUTES as WEBHOOK_ROUTES
from notify.webhooks.api.described import DESCRIBED as WEBHOOKS_DESCRIBED
from notify.webhooks.events import TYPES
from notify.webhooks.services.endpoints import create_webhook
from notify.webhooks.services.repeating import send_test
from oauth.api import TokensView, TokenView
from ob.shapes import errors_of
from public import examples as public_examples
from tests.support.worlds import API, SERVER, acting, awarded, badge_class_of, issuer_of, person


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    answer = Client().get("/schema")
    assert answer["Content-Type"] == "application/vnd.oai.openapi+json"
    return answer.json()


def operations(described: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (path, method.upper()): told
        for path, methods in described["paths"].items()
        for method, told in methods.items()
    }


def test_it_is_the_table_of_access(described):
    told = {key: value for key, value in operations(described).items() if key[0][:3] == "/v2"
            or key[0][:3] == "/v1"}  # fmt: skip
    declared = {(route, method): access.scopes for route, ways in (ROUTES | WEBHOOK_ROUTES).items()
                for method, access in ways.items()}  # fmt: skip
    declared |= {(route, method): scopes for route, ways in ACCOUNT_ROUTES.items()
                 for method, scopes in ways.items()}  # fmt: skip
    declared |= {(route, method): scopes
                 for route, view in (("/v2/auth/tokens", TokensView),
                                     ("/v2/auth/tokens/{entity_id}", TokenView))
                 for method, scopes in view.scopes.items()}  # fmt: skip
    assert set(told) == set(declared)
    for key, operation in told.items():
        security = operation.get("security", [])
        assert {scope for way in security for scope in way["OAuth2"]} == declared[key]
        assert operation["summary"]
        assert {"400", "401", "403", "404"} <= set(operation["responses"])
    rooms = DESCRIBED | ACCOUNTS_DESCRIBED | WEBHOOKS_DESCRIBED
    described_ways = {route: {way.upper() for way in ways} for route, ways in rooms.items()}
    declared_ways = ROUTES | ACCOUNT_ROUTES | WEBHOOK_ROUTES
    assert described_ways == {route: set(ways) for route, ways in declared_ways.items()}


def test_yaml_is_the_same(described):
    answer = Client().get("/schema?format=yaml")
    assert yaml.safe_load(answer.content) == described
    assert Client().get("/schema", headers={"If-None-Match": answer["ETag"]}).status_code == 200
    assert Client().get("/schema?format=yaml",
                        headers={"If-None-Match": answer["ETag"]}).status_code == 304  # fmt: skip


def test_every_answer_and_body_has_examples_of_its_shape(described):
    for (path, method), operation in operations(described).items():
        if not path.startswith(("/v1/", "/v2/", "/public/")):
            continue
        told = [answer.get("content", {}) for answer in operation["responses"].values()]
        told += [operation["requestBody"]["content"]] if "requestBody" in operation else []
        for content in told:
            if media := content.get("application/json"):
                assert examples_of(media), (method, path)
                for value in examples_of(media):
                    check(described, value, media["schema"])
    for answer in described["components"]["responses"].values():
        for media in answer["content"].values():
            check(described, media["example"], media["schema"])


def examples_of(media: dict[str, Any]) -> list[Any]:
    if "example" in media:
        return [media["example"]]
    return [example["value"] for example in media.get("examples", {}).values()]


@pytest.mark.parametrize("document", [*public_examples.DOCUMENTS.values(), public_examples.REVOKED])
def test_public_examples_are_open_badges(document):
    assert errors_of(document) == {}


def test_the_feed_of_issuers_tells_of_include_staff_and_lists_of_several_recipients(described):
    def told(path: str) -> dict[str, Any]:
        parameters = described["paths"][path]["get"]["parameters"]
        return {parameter["name"]: parameter["schema"] for parameter in parameters}

    assert "include_staff" in told("/v2/issuers/changed")
    assert told("/v2/issuers/{entity_id}/assertions")["recipient"]["type"] == "array"


def check(described: dict[str, Any], value: Any, schema: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator(
        {**schema, "components": described["components"]},
        format_checker=jsonschema.FormatChecker(),
    ).validate(value)


@pytest.fixture
def badge_class(db):
    owner = person("badges@northfield.example")
    create_user(actor=SERVER, email="joan@northfield.example", password="not-guessable-9")
    return badge_class_of(issuer_of(owner))


@pytest.fixture
def api(badge_class) -> API:
    return API(badge_class.created_by)


def test_the_examples_work_and_answers_have_their_shape(described, api, badge_class):
    """Every request that the description shows is sent, and what comes back is what it says."""
    made = awarded(badge_class)
    other = badge_class_of(badge_class.issuer, name="Never awarded")
    ids = {"issuers": badge_class.issuer.entity_id, "badgeclasses": badge_class.entity_id,
           "assertions": made.entity_id, "issuances": done_list(badge_class)}  # fmt: skip
    delivery = delivery_of_a_try(badge_class.issuer)
    ids["webhooks"] = delivery.webhook.entity_id
    routes = ROUTES | WEBHOOK_ROUTES
    sent = 0
    for (path, method), operation in sorted(operations(described).items(), key=order):
        if path not in routes or not path.startswith("/v2/"):
            continue
        target = path.replace("{entity_id}", ids[path.split("/")[2]])
        target = target.replace("{event_id}", delivery.entity_id)
        if method == "DELETE" and path == "/v2/badgeclasses/{entity_id}":
            target = f"/v2/badgeclasses/{other.entity_id}"
        if (method, path) == ("DELETE", "/v2/issuers/{entity_id}"):
            target = f"/v2/issuers/{issuer_of(badge_class.created_by).entity_id}"
        body = example_of(operation, badge_class)
        answer = api.send(method, target, body)
        wanted = {status for status in operation["responses"] if status[0] == "2"}
        status = str(answer.status_code)
        assert status in wanted, (method, path, answer.content)
        if status != "204":
            schema = operation["responses"][status]["content"]["application/json"]["schema"]
            check(described, answer.json(), schema)
        sent += 1
    assert sent == sum(len(ways) for route, ways in routes.items() if route.startswith("/v2/"))


def delivery_of_a_try(issuer: Any) -> WebhookDelivery:
    actor, url = acting(issuer.created_by), "https://lms.northfield.example/hooks"
    made, _ = create_webhook(actor=actor, issuer=issuer, url=url, events=TYPES)
    return send_test(actor=actor, webhook=made)


def done_list(badge_class: Any) -> str:
    return Issuance.objects.create(
        badge_class=badge_class, issuer=badge_class.issuer, total=0, state="complete"
    ).entity_id


ORDER = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def order(item: tuple[tuple[str, str], dict[str, Any]]) -> tuple[int, str]:
    """Archiving comes after all that an archived class refuses."""
    (path, method), _ = item
    return ORDER.index(method), path


def example_of(operation: dict[str, Any], badge_class: Any) -> Any:
    """The example's body, with the ids it names replaced by living ones."""
    if "requestBody" not in operation:
        return None
    (example,) = operation["requestBody"]["content"]["application/json"]["examples"].values()
    living = {examples.ISSUER["entityId"]: badge_class.issuer.entity_id,
              examples.BADGE_CLASS["entityId"]: badge_class.entity_id}  # fmt: skip
    text = json.dumps(example["value"])
    for shown, real in living.items():
        text = text.replace(shown, real)
    return json.loads(text)


def test_the_page_lists_every_operation_without_scripts(described):
    page = Client().get("/docs/api").content.decode()
    for path in described["paths"]:
        assert f"<code>{path}</code>" in page
    assert "http://" not in page.replace("http://localhost", "")


def test_what_is_told_of_v1_staff_is_what_comes(described, api, badge_class):
    create_user(actor=SERVER, email="mary@northfield.example", password="not-guessable-9")
    told = described["paths"]["/v1/issuer/issuers/{entity_id}/staff"]["post"]
    assert {"Idempotency-Key"} < {it["name"] for it in told["parameters"]}
    schema = told["responses"]["200"]["content"]["application/json"]["schema"]
    path = f"/v1/issuer/issuers/{badge_class.issuer.entity_id}/staff"
    for example in told["requestBody"]["content"]["application/json"]["examples"].values():
        answer = api.post(path, example["value"] | {"email": "mary@northfield.example"})
        assert answer.status_code == 200
        check(described, answer.json(), schema)


def test_what_creates_says_that_it_does_so_once_under_a_key(described):
    # Signing up twice is answered alike without one, and `/o/token` gives new tokens each time.
    creating = {
        path
        for path, methods in described["paths"].items()
        if "201" in methods.get("post", {"responses": {}})["responses"]
    } - {"/v1/user/profile", "/o/token"}
    assert {"/v1/user/emails", "/v2/issuers"} < creating
    for path in creating:
        told = described["paths"][path]["post"]["parameters"]
        assert "Idempotency-Key" in {parameter["name"] for parameter in told}, path


def test_every_public_address_is_described(described):
    assert "/public/badges/{entity_id}/criteria" in described["paths"]
