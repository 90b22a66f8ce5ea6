"""The account pages in a real browser: all without JavaScript, and passkeys with a virtual key."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.support.browsers import browser, check_page
from tests.support.servers import OWNER, PASSWORD, Server
from tests.support.smtp import Sink

PASSWORDS = ["a-compiler-9-wrote-this", "it-was-a-moth-7-again"]


@pytest.fixture(scope="module")
def sink() -> Iterator[Sink]:
    with Sink() as taken:
        yield taken


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, sink: Sink) -> Iterator[Server]:
    running = Server(
        tmp_path_factory.mktemp("laurel") / "data",
        EMAIL_URL=f"smtp://127.0.0.1:{sink.port}",
        LAUREL_SUPPORT_CONTACT="help@northfield.example",
    )
    try:
        running.start()
        running.command("bootstrap", "--email", OWNER, "--password", PASSWORD, "--name", "Ada L")
        yield running
    finally:
        running.close()


@pytest.fixture(params=[("light", 1100), ("dark", 320)], ids=["light", "dark-narrow"])
def people(request) -> Iterator[BrowserContext]:
    scheme, width = request.param
    with browser(scheme=scheme, width=width) as context:
        yield context


def next_link(sink: Sink, subject: str) -> str:
    """The link of the mail with this subject, once it has come."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for letter in sink.letters:
            if letter["Subject"].startswith(subject):
                sink.letters.remove(letter)
                text = letter.get_body(("plain",)).get_content()
                return re.findall(r"http://localhost:\d+/\S+", text)[0]
        time.sleep(0.1)
    raise AssertionError(f"no mail: {subject}")


def fill(page: Page, button: str, **fields: str) -> None:
    for name, value in fields.items():
        page.locator(f"[name={name}]").fill(value)
    page.get_by_role("button", name=button, exact=True).click()


def sign_in(page: Page, server: Server, email: str, password: str) -> None:
    page.goto(f"{server.url}/accounts/login/")
    fill(page, "Sign in", login=email, password=password)


def test_from_sign_up_to_a_new_password(people: BrowserContext, server: Server, sink: Sink):
    email = f"grace{time.monotonic_ns()}@example.org"
    page = people.new_page()
    page.goto(f"{server.url}/accounts/login/")
    check_page(page)
    page.get_by_role("link", name="Make an account").click()
    check_page(page)
    fill(page, "Make an account", first_name="Grace", email=email, password1="12345678")
    check_page(page)
    fill(page, "Make an account", password1=PASSWORDS[0])
    check_page(page)
    page.goto(next_link(sink, "Confirm your e-mail address"))
    check_page(page)
    page.get_by_role("button", name="Confirm address").click()
    sign_in(page, server, email, PASSWORDS[0])
    page.get_by_role("link", name="Your account").click()
    check_page(page)
    page.goto(f"{server.url}/accounts/password/reset/")
    check_page(page)
    fill(page, "Send the link", email=email)
    check_page(page)
    page.goto(next_link(sink, "Choose a new password"))
    check_page(page)
    fill(page, "Save", password1=PASSWORDS[1], password2=PASSWORDS[1])
    check_page(page)
    sign_in(page, server, email, PASSWORDS[1])
    assert page.url == f"{server.url}/accounts/app-passwords/"


ADMINISTRATORS = ["security/", "profile/", "email/", "password/change/", "sessions/", "issuers/",
                  "issuers/requests/", "connections/", "reauthenticate/"]  # fmt: skip
AFTER_PASSWORD = ["2fa/app/activate/", "passkeys/add/"]


def test_every_page(people: BrowserContext, server: Server):
    page = people.new_page()
    sign_in(page, server, OWNER, PASSWORD)
    for path in ADMINISTRATORS:
        page.goto(f"{server.url}/accounts/{path}")
        check_page(page)
    page.goto(f"{server.url}/accounts/{AFTER_PASSWORD[0]}")
    fill(page, "Go on", password=PASSWORD)
    for path in AFTER_PASSWORD:
        page.goto(f"{server.url}/accounts/{path}")
        assert page.url.endswith(path)
        check_page(page)
    assert "Passkeys need JavaScript" in page.content()


def test_by_keyboard_alone(server: Server):
    with browser() as people:
        page = people.new_page()
        page.goto(f"{server.url}/accounts/login/")
        page.locator("[name=login]").focus()
        page.keyboard.type(OWNER)
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/accounts/app-passwords/")


def test_a_passkey(server: Server, tmp_path: Path):
    """Added with a virtual security key, then enough to sign in."""
    with browser(scripts=True) as people:
        page = people.new_page()
        protocol = people.new_cdp_session(page)
        protocol.send("WebAuthn.enable")
        key = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
               "hasUserVerification": True, "isUserVerified": True,
               "automaticPresenceSimulation": True}  # fmt: skip
        protocol.send("WebAuthn.addVirtualAuthenticator", {"options": key})
        sign_in(page, server, OWNER, PASSWORD)
        page.goto(f"{server.url}/accounts/passkeys/add/")
        fill(page, "Go on", password=PASSWORD)
        check_page(page)
        assert page.get_by_label("Sign in with it alone").is_checked()
        fill(page, "Add a passkey", name="My phone")
        page.wait_for_url("**/accounts/2fa/codes/")
        check_page(page)
        page.goto(f"{server.url}/accounts/security/")
        assert page.get_by_text("My phone").count() > 0
        check_page(page)
        page.get_by_role("button", name="Sign out").click()
        page.goto(f"{server.url}/accounts/login/")
        page.get_by_role("button", name="Sign in with a passkey").click()
        page.wait_for_url("**/accounts/app-passwords/")
        page.get_by_role("button", name="Sign out").click()
        sign_in(page, server, OWNER, PASSWORD)
        check_page(page)
        page.get_by_role("button", name="Use a passkey").click()
        page.wait_for_url("**/accounts/app-passwords/")
