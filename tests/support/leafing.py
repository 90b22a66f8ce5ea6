"""Going through a long list on pages."""

import html
import re
from collections.abc import Iterator
from urllib.parse import urljoin

from django.test import Client


def leaf(browser: Client, path: str) -> Iterator[str]:
    """The text of each page of a list, from this one on to the last."""
    while path:
        answer = browser.get(path)
        assert answer.status_code == 200
        text = answer.content.decode()
        yield text
        onwards = beside(text, "next")
        path = urljoin(path, onwards) if onwards else ""


def beside(text: str, way: str) -> str | None:
    """The link of a page to the one after it (`next`) or before (`prev`)."""
    found = re.search(rf'href="([^"]*)" rel="{way}"', text)
    return html.unescape(found[1]) if found else None
