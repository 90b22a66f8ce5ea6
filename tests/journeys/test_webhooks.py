"""A webhook in a real browser without JavaScript, and what it tells of an award, by a real worker:
wide and light, narrow and dark.
"""

from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Page

from tests.notify.webhooks.receiver import Receiver
from tests.support.browsers import browser, check_page
from tests.support.clients import connect
from tests.support.servers import OWNER, PASSWORD, Server
from tests.support.threads import eventually


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("laurel") / "data"
    running = Server(data, LAUREL_OUTBOUND_ALLOW="127.0.0.1")
    try:
        yield running.start()
    finally:
        running.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    running = Receiver()
    yield running
    running.close()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    check_page(page)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1100), ("dark", 320)])
def test_from_the_page_to_the_program(server: Server, receiver: Receiver, scheme, width):
    with closing(connect(server)) as client, browser(scheme=scheme, width=width) as people:
        issuer = client.issuer()["entityId"]
        badge_class = client.badge_class(issuer)["entityId"]
        page = people.new_page()
        page.goto(f"{server.url}/issuers/{issuer}/webhooks/")
        page.get_by_label("Email").fill(OWNER)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        check_page(page)
        press(page, "Add webhook")
        page.get_by_label("Address of the program").fill(receiver.url)
        press(page, "Add webhook")
        secret = page.locator("code.secret").inner_text()
        award = client.award(badge_class, "grace@example.org")
        eventually(lambda: len(receiver.taken) == 1, 30)
        (taken,) = receiver.taken
        assert taken.is_signed_with(secret)
        assert taken.told["data"]["entityId"] == award["entityId"]
        page.goto(f"{server.url}/issuers/{issuer}/webhooks/")
        page.get_by_role("link", name=receiver.url).click()
        check_page(page)
        assert page.get_by_text(secret).count() == 0
        press(page, "Send a test")
        eventually(lambda: len(receiver.taken) == 2, 30)
        press(page, f"Send again assertion.created {award['entityId']}")
        eventually(lambda: len(receiver.taken) == 3, 30)
        assert receiver.taken[2].id == taken.id
        press(page, "Disable")
        press(page, "Enable")
        press(page, "New secret")
        press(page, "Delete")
        assert page.get_by_text("None yet.").count() == 1
