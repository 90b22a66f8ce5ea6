"""The pages of connected apps in a real browser without JavaScript: wide and light, narrow and
dark, and by keyboard alone.
"""

import pytest
from playwright.sync_api import Page

from tests.support.browsers import browser, check_page
from tests.support.servers import OWNER, PASSWORD, Server

APPS = "/accounts/apps"


@pytest.fixture(params=[("light", 1100), ("dark", 320)], ids=["light", "dark-narrow"])
def page(request, server, client_of_server):
    scheme, width = request.param
    client_of_server.issuer(name="Northfield University")
    with browser(scheme=scheme, width=width) as context:
        page = context.new_page()
        page.goto(f"{server.url}/accounts/login/")
        page.locator("input[name=login]").fill(OWNER)
        page.locator("input[name=password]").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Sign out").wait_for()
        yield page


def look(page: Page, heading: str) -> None:
    page.get_by_role("heading", name=heading, level=1).wait_for()
    check_page(page)


def test_an_app_is_made_allowed_and_taken_back(page: Page, server: Server):
    page.goto(f"{server.url}{APPS}/")
    look(page, "Connected apps")
    page.get_by_role("link", name="For developers").click()
    look(page, "Your own apps")
    page.get_by_role("link", name="Make an app").click()
    look(page, "Make an app")
    page.get_by_role("button", name="Make it").click()
    page.locator("input[name=name]").fill("Portfolio")
    page.get_by_role("button", name="Make it").click()
    look(page, "Make an app")  # it wants a redirect address
    page.get_by_label("Redirect addresses").fill(f"{server.url}/healthz")
    page.get_by_role("button", name="Make it").click()
    look(page, "Portfolio")
    assert len(page.locator(".secret").inner_text()) == 32
    client_id = page.locator("dd code").inner_text()

    page.goto(f"{server.url}/o/authorize?client_id={client_id}&scope=rw:issuer+r:profile&state=x")
    look(page, "Allow Portfolio?")
    page.get_by_label("Only these:").check()
    page.get_by_role("button", name="Allow").click()
    look(page, "Allow Portfolio?")  # which ones?
    page.get_by_label("Northfield University").first.check()
    page.get_by_role("button", name="Allow").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"{server.url}/healthz?code=*")

    page.goto(f"{server.url}{APPS}/")
    assert page.get_by_text("for the issuer Northfield University").count() == 1
    look(page, "Connected apps")
    page.get_by_role("button", name="Take back Portfolio").click()
    page.get_by_text("Taken back.").wait_for()
    page.goto(f"{server.url}{APPS}/mine/{client_id}/")
    page.get_by_role("button", name="Disable").click()
    look(page, "Portfolio")
    page.goto(f"{server.url}/o/authorize?client_id={client_id}&scope=r:profile")
    look(page, "This app cannot connect")
