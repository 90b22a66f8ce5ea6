"""What people wrote, made safe to show: Markdown as HTML, addresses as links."""

from functools import lru_cache
from html import unescape

import nh3
from django import template
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

register = template.Library()

PARSER = MarkdownIt("commonmark", {"html": False}).enable("table")
TAGS = {
    "p", "br", "hr", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li", "a",
    "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip


@register.filter
@lru_cache(maxsize=256)  # a class is shown on the page of each of its awards
def markdown(text: str) -> SafeString:
    """Render without raw HTML and images; links leave with `nofollow noopener`."""
    html = nh3.clean(
        PARSER.render(text or ""),
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener noreferrer",
    )
    return mark_safe(html)  # noqa: S308 - nh3 has just cleaned it to the tags above


@register.filter
def plain(text: str) -> str:
    """The beginning of a Markdown text as one line of plain text, for a page's description."""
    html = nh3.clean(PARSER.render((text or "")[:1000]), tags=set())
    return " ".join(unescape(html).split())


@register.filter
def web_address(text: str) -> str:
    """The address if it is one of the web; "" for whatever else a link could run."""
    return text if text.lower().startswith(("http://", "https://")) else ""
