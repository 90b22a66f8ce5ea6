"""An application, a person at a real browser, and a place on loopback where they come back to."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import BrowserContext

from tests.support.browsers import browser, check_page
from tests.support.clients import APIClient
from tests.support.servers import OWNER, PASSWORD, Server


class Landing(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        self.wfile.write(b"You can close this page.")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def redirect_uri() -> Iterator[str]:
    """An address of the app that answers; its port was free (RFC 8252, 7.3)."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Landing) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{listening.server_port}/callback"
        listening.shutdown()


@dataclass(frozen=True)
class App:
    server: Server
    client_id: str
    client_secret: str
    redirect_uri: str

    @property
    def environment(self) -> dict[str, str]:
        return {
            "LAUREL": self.server.url,
            "CLIENT_ID": self.client_id,
            "CLIENT_SECRET": self.client_secret,
            "REDIRECT_URI": self.redirect_uri,
        }


@pytest.fixture
def app(server: Server, client_of_server: APIClient, redirect_uri: str) -> App:
    client_of_server.issuer()
    made = server.command(
        *("oauth-app", "--name", "Portfolio", "--user", OWNER, "--type", "confidential"),
        *("--grant", "authorization-code", "--redirect", "http://127.0.0.1/callback"),
    )
    return App(server, made["client_id"], made["client_secret"], redirect_uri)


@pytest.fixture
def person() -> Iterator[BrowserContext]:
    with browser(width=320, scheme="dark") as context:
        yield context


def consent(person: BrowserContext, address: str, redirect_uri: str) -> str:
    """Open the address, sign in, allow; where the browser ends."""
    page = person.new_page()
    page.goto(address)
    page.locator("input[name=login]").fill(OWNER)
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("heading", name="Allow Portfolio?").wait_for()
    check_page(page)
    page.get_by_role("button", name="Allow").click()
    page.wait_for_url(f"{redirect_uri}?**")
    return page.url
