"""/docs/api in a real browser: a list without scripts, an explorer with them, nothing from
elsewhere.
"""

import pytest

from issuer.api.access import ROUTES
from tests.support.browsers import browser, check_page
from tests.support.servers import Server


@pytest.mark.parametrize(("scheme", "width"), [("light", 1100), ("dark", 320)])
def test_without_scripts_it_is_a_list(server: Server, scheme, width):
    with browser(scheme=scheme, width=width) as context:
        page = context.new_page()
        page.goto(f"{server.url}/docs/api")
        check_page(page)
        shown = page.locator("#listed code").all_text_contents()
        assert set(ROUTES) <= set(shown)


def test_with_scripts_it_explores_and_asks_nobody_else(server: Server):
    with browser(scripts=True) as context:
        page = context.new_page()
        asked: list[str] = []
        complaints: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda told: complaints.append(told.text) if told.type == "error" else 0)
        page.goto(f"{server.url}/docs/api")
        award = page.locator("#operations-badgeclasses-post_v2_badgeclasses_entity_id_assertions")
        award.wait_for()
        award.click()
        page.get_by_text("grace@example.org").first.wait_for()
        assert not page.locator("#listed").is_visible()
        elsewhere = [url for url in asked if not url.startswith((server.url, "data:", "blob:"))]
        assert elsewhere == []
        assert complaints == []
