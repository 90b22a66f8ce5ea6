"""From words to a mail that comes, and out again: the pages in a real browser, without JavaScript,
against a real mail server.
"""

import re
import time
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.support.browsers import browser, check_page
from tests.support.clients import APIClient, connect
from tests.support.servers import OWNER, PASSWORD, Server
from tests.support.smtp import Sink
from tests.support.threads import eventually

LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"


@pytest.fixture(scope="module")
def sink() -> Iterator[Sink]:
    with Sink() as taken:
        yield taken


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, sink: Sink) -> Iterator[Server]:
    running = Server(
        tmp_path_factory.mktemp("laurel") / "data", EMAIL_URL=f"smtp://127.0.0.1:{sink.port}"
    )
    try:
        yield running.start()
    finally:
        running.close()


@pytest.fixture(scope="module")
def api(server: Server) -> Iterator[APIClient]:
    client = connect(server)
    yield client
    client.close()


@pytest.fixture(params=[("light", 1100), ("dark", 320)], ids=["light", "dark-narrow"])
def people(request, api) -> Iterator[BrowserContext]:
    scheme, width = request.param
    with browser(scheme=scheme, width=width) as context:
        yield context


def sign_in(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/accounts/login/")
    page.locator("[name=login]").fill(OWNER)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def next_letter(sink: Sink, subject: str) -> EmailMessage:
    """The mail with this subject, once it has come."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for letter in sink.letters:
            if letter["Subject"].strip() == subject:
                sink.letters.remove(letter)
                return letter
        time.sleep(0.1)
    raise AssertionError(f"no mail: {subject}")


def test_from_words_to_unsubscribing(
    people: BrowserContext, server: Server, api: APIClient, sink: Sink
):
    issuer = api.issuer(LONG)["entityId"]
    badge_class = api.badge_class(issuer, name=LONG)["entityId"]
    page = people.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    sign_in(page, server)
    page.get_by_role("link", name="Outbox", exact=True).click()
    check_page(page)
    page.locator(f'a[href="/issuers/{issuer}/mail/"]').click()
    check_page(page)
    page.get_by_label("Subject", exact=True).fill("{badge_title}")
    page.get_by_role("button", name="Save", exact=True).click()
    check_page(page)
    assert page.get_by_text("There is no placeholder {badge_title}.").is_visible()
    page.get_by_label("Subject", exact=True).fill("Well done, {recipient_name}")
    page.get_by_label("Colour").fill("#aa0033")
    page.get_by_label("Mail recipients of new awards").check()
    page.get_by_role("button", name="Preview", exact=True).click()
    check_page(page)
    shown = page.frame_locator("iframe.preview")
    button = shown.get_by_role("link", name="See your badge")
    assert button.evaluate("el => getComputedStyle(el).backgroundColor") == "rgb(170, 0, 51)"
    image = shown.get_by_role("img")
    assert image.evaluate("el => el.complete && el.naturalWidth > 0")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("button", name="Send me a test mail").click()
    check_page(page)
    assert next_letter(sink, "Well done, Ada Lovelace")["To"] == OWNER
    page.goto(f"{server.url}/badges/{badge_class}/mail/")
    check_page(page)
    page.get_by_label("Remind so many days before the end").fill("30")
    page.get_by_role("button", name="Save", exact=True).click()
    check_page(page)
    assert page.locator("iframe.preview").count() == 2

    to = f"grace{time.monotonic_ns()}@example.org"
    api.award(badge_class, to)
    letter = next_letter(sink, f"Well done, {to}")

    def is_noted() -> bool:  # by the worker, a moment after the sink has it
        page.goto(f"{server.url}/outbox/?state=sent&issuer={issuer}")
        return page.get_by_text(to).is_visible()

    eventually(is_noted)
    check_page(page)
    stranger = people.browser.new_context(viewport=page.viewport_size, java_script_enabled=False)
    leave(stranger.new_page(), letter)
    page.goto(f"{server.url}/issuers/{issuer}/mail/unsubscribed/")
    check_page(page)
    assert page.get_by_text(to).is_visible()
    assert not any("Content Security Policy" in text for text in said), said


def leave(page: Page, letter: EmailMessage) -> None:
    """By the link in the mail, with nothing but it; and back."""
    (link,) = re.findall(
        r'href="(http\S+/unsubscribe/\S+)"', letter.get_body(("html",)).get_content()
    )
    page.goto(link)
    check_page(page)
    page.get_by_role("button", name="No mails about badges of anybody here").click()
    check_page(page)
    page.get_by_role("button", name="Send me mails again").click()
    check_page(page)
    page.get_by_role("button", name=re.compile("^No more mails of")).click()
    check_page(page)


def test_by_keyboard_alone(server: Server, api: APIClient, sink: Sink):
    issuer = api.issuer("Keys")["entityId"]
    with browser() as people:
        page = people.new_page()
        sign_in(page, server)
        page.goto(f"{server.url}/issuers/{issuer}/mail/")
        page.get_by_label("Mail recipients of new awards").focus()
        page.keyboard.press("Space")
        for _ in range(2):
            page.keyboard.press("Tab")
        page.keyboard.type("By keys")
        page.keyboard.press("Enter")
        page.wait_for_load_state()
        assert page.get_by_label("Mail recipients of new awards").is_checked()
        assert page.get_by_label("Subject", exact=True).input_value() == "By keys"
