"""The pages in a real browser without JavaScript: wide and light, narrow and dark."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext

from tests.support.browsers import browser, check_page
from tests.support.clients import APIClient
from tests.support.images import SVG
from tests.support.servers import OWNER, PASSWORD, Server
from tests.support.visiting import setup_link

LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"

MARKDOWN = f"""\
# Heading

- one
- two

`{LONG * 3}`

| a | b |
|---|---|
| {LONG} | b |
"""


@pytest.fixture(params=[("light", 1100), ("dark", 320)], ids=["light", "dark-narrow"])
def people(request) -> Iterator[BrowserContext]:
    scheme, width = request.param
    with browser(scheme=scheme, width=width) as context:
        yield context


@pytest.fixture(scope="module")
def addresses(client_of_server: APIClient) -> dict[str, str]:
    client = client_of_server
    issuer = client.issuer(name=LONG)
    badge_class = client.badge_class(
        issuer["entityId"],
        SVG,
        name=LONG,
        description=MARKDOWN,
        tags=["walking", LONG],
        alignments=[{"targetName": LONG, "targetUrl": f"https://skills.example/{LONG.lower()}"}],
    )
    valid = client.award(badge_class["entityId"], "a@example.org", narrative="Well *done*.")
    revoked = client.award(badge_class["entityId"], "b@example.org")
    expired = client.award(
        badge_class["entityId"],
        "c@example.org",
        issuedOn="2020-01-01T00:00:00Z",
        expires="2021-01-01T00:00:00Z",
    )
    client.http.request(
        "DELETE", f"/v2/assertions/{revoked['entityId']}", json={"revocation_reason": "Copied"}
    ).raise_for_status()
    rows = {"issuer": issuer, "badge": badge_class, "valid": valid}
    rows |= {"revoked": revoked, "expired": expired}
    return {name: row["openBadgeId"] for name, row in rows.items()}


@pytest.mark.parametrize("name", ["issuer", "badge", "valid", "revoked", "expired"])
def test_public_pages(people: BrowserContext, addresses: dict[str, str], name: str):
    page = people.new_page()
    answer = page.goto(addresses[name])
    assert answer.status == (410 if name == "revoked" else 200)
    check_page(page)
    assert page.locator("img.art").count() == (0 if name == "issuer" else 1)
    if name != "issuer":
        assert page.evaluate("document.querySelector('img.art').naturalWidth") > 0


def test_a_page_that_is_not_there(people: BrowserContext, server: Server):
    page = people.new_page()
    assert page.goto(f"{server.url}/nowhere").status == 404
    check_page(page)


def test_sign_in_make_and_revoke_an_app_password(people: BrowserContext, addresses, server: Server):
    page = people.new_page()
    page.goto(server.url)
    check_page(page)
    page.locator("header").get_by_role("link", name="Sign in").click()
    check_page(page)
    page.get_by_label("Email").fill(OWNER)
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in", exact=True).click()
    check_page(page)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    assert page.url == f"{server.url}/accounts/app-passwords/"
    check_page(page)
    page.get_by_label("What is it for?").fill("Moodle")
    page.get_by_role("button", name="Create app password").click()
    check_page(page)
    secret = page.locator("code.secret").inner_text()
    APIClient(server.url, OWNER, secret).close()
    page.goto(page.url)
    assert page.get_by_text(secret).count() == 0
    page.get_by_role("button", name="Revoke Moodle").first.click()
    assert page.get_by_role("status").count() == 1
    with pytest.raises(AssertionError):
        APIClient(server.url, OWNER, secret)
    page.get_by_role("button", name="Sign out").click()
    check_page(page)


def test_whoever_has_the_link_becomes_the_administrator(tmp_path: Path):
    server = Server(tmp_path / "data")
    try:
        server.start()
        link = setup_link(server)
        with browser() as people:
            page = people.new_page()
            page.goto(link)
            check_page(page)
            page.get_by_label("Your name").fill("Ada Lovelace")
            page.get_by_label("Your e-mail address").fill(OWNER)
            page.get_by_label("Password").fill("12345")
            page.get_by_role("button").last.click()
            assert "too short" in page.locator(".error").first.inner_text()
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button").last.click()
            assert page.url == f"{server.url}/accounts/app-passwords/"
            assert page.goto(link).status == 404
    finally:
        server.close()
