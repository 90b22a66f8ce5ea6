"""Awards on other sites: the frame that oEmbed gives, in a real browser on a page elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import BrowserContext, Frame

from tests.support.browsers import browser, check_page
from tests.support.clients import APIClient
from tests.support.images import SVG
from tests.support.servers import Server

LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"


@pytest.fixture(scope="module")
def award(client_of_server: APIClient) -> str:
    issuer = client_of_server.issuer(name=LONG)
    badge_class = client_of_server.badge_class(issuer["entityId"], SVG, name=LONG)
    return client_of_server.award(badge_class["entityId"], "a@example.org")["openBadgeId"]


@contextmanager
def other_site(html: str) -> Iterator[str]:
    """A site with one page, at an address of its own."""

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as site:
        Thread(target=site.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{site.server_port}/"
        site.shutdown()


@contextmanager
def framed(people: BrowserContext, html: str) -> Iterator[Frame]:
    """What a frame holds that stands in another site's page."""
    with other_site(f"<!DOCTYPE html><h1>A blog</h1>{html}") as address:
        page = people.new_page()
        page.goto(address, wait_until="networkidle")
        yield page.frames[1]


@pytest.mark.parametrize(("scheme", "width"), [("light", 1100), ("dark", 320)])
def test_the_frame_that_oembed_gives(
    client_of_server: APIClient, award: str, scheme: str, width: int
):
    answer = client_of_server.http.get("/public/oembed", params={"url": award, "maxwidth": width})
    html = answer.json()["html"]
    with browser(scheme=scheme, width=width) as people, framed(people, html) as frame:
        assert frame.locator("h1").inner_text() == LONG
        assert frame.evaluate("document.querySelector('img.art').naturalWidth") > 0
        root = "document.documentElement"
        assert frame.evaluate(f"{root}.scrollWidth <= {root}.clientWidth")
        assert frame.evaluate(f"{root}.scrollHeight <= {root}.clientHeight")


def test_no_other_page_can_be_framed(award: str):
    html = f'<iframe src="{award}"></iframe>'
    with browser() as people, framed(people, html) as frame:
        assert frame.locator("h1").filter(has_text=LONG).count() == 0


@pytest.mark.parametrize("width", [320, 800])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_frame_is_for_everybody(award: str, scheme: str, width: int):
    with browser(scheme=scheme, width=width) as people:
        page = people.new_page()
        page.goto(f"{award}?embedVersion=2")
        check_page(page)


def test_a_preview_picture_over_the_wire(client_of_server: APIClient, server: Server, award: str):
    answer = client_of_server.http.get(f"{award}/card.png")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/png"
    again = client_of_server.http.get(
        f"{award}/card.png", headers={"If-None-Match": answer.headers["etag"]}
    )
    assert again.status_code == 304
    kept = [path.read_bytes() for path in (server.data / "media/cards").iterdir()]
    assert answer.content in kept
