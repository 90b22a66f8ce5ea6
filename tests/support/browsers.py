"""A real headless Chromium, and what a page must be for everybody."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import BrowserContext, Page, sync_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# Text whose contrast with what lies behind it is below WCAG 2.2 AA (4.5, large text 3).
FAINT_TEXTS = """() => {
  const parse = c => c.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => (v /= 255) <= .03928 ? v / 12.92
    : ((v + .055) / 1.055) ** 2.4).reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const behind = el => { for (; el; el = el.parentElement) {
      const c = parse(getComputedStyle(el).backgroundColor);
      if (c.length < 4 || c[3] > .99) return c;
    }
    return [255, 255, 255]; };
  const faint = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const el = walker.currentNode.parentElement, text = walker.currentNode.textContent.trim();
    if (!text || !el.getClientRects().length || el.closest('.skip, .visually-hidden')) continue;
    const style = getComputedStyle(el), a = light(parse(style.color)), b = light(behind(el));
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    const large = parseFloat(style.fontSize) >= 24;
    if (ratio < (large ? 3 : 4.5)) faint.push(`${text.slice(0, 30)}: ${ratio.toFixed(2)}`);
  }
  return faint;
}"""

# Controls without a name that a screen reader could read out.
UNNAMED = """() => [...document.querySelectorAll('a, button, input, select, textarea, img')]
  .filter(el => el.type !== 'hidden')
  .filter(el => !(el.textContent.trim() || el.labels?.length || el.hasAttribute('alt')))
  .filter(el => !el.getAttribute('aria-label')).map(el => el.outerHTML.slice(0, 100))"""

UNREACHABLE = """() => [...document.querySelectorAll('a[href], button, input:not([type=hidden])')]
  .filter(el => el.tabIndex < 0).map(el => el.outerHTML.slice(0, 100))"""


@contextmanager
def browser(
    *, scheme: str = "light", width: int = 1100, scripts: bool = False
) -> Iterator[BrowserContext]:
    """A browser, without JavaScript unless told, in light or dark, as wide as told."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield chromium.new_context(
            viewport={"width": width, "height": 800},
            color_scheme=scheme,
            java_script_enabled=scripts,
        )
        chromium.close()


def check_page(page: Page) -> None:
    """One heading, a title, names on all controls, contrast, no sideways scrolling, keyboard
    reach.
    """
    assert page.title()
    assert page.locator("h1").count() == 1
    assert page.locator("main").count() == 1
    assert page.evaluate(UNNAMED) == []
    assert page.evaluate(UNREACHABLE) == []
    assert page.evaluate(FAINT_TEXTS) == []
    width = page.viewport_size["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
