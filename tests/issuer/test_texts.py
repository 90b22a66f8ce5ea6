"""Cleaning texts: HTML goes, all else stays, and a second cleaning changes nothing. Of Markdown all
else stays byte for byte.
"""

import re
import sys

import pytest
from django.core.exceptions import ValidationError
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from issuer.markdown import BLOCKS, INLINE
from issuer.texts import MAX_TEXT, Cleaner, clean_line, clean_markdown, clean_text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Good <b>work</b>", "Good work"),
        ("<script>alert(1)</script>", "alert(1)"),
        ("<img src=x onerror=alert(1)>*Well*", "*Well*"),
        ("<div>\nTook *them*.\n</div>", "Took *them*."),
        ("a <!-- note\nfor us --> b", "a  b"),
        ("> quoted <b\n> class='x'>text</b>", "> quoted text"),
        ("- one <i>two</i>\n  three <u>four</u>\n\n  <p>five", "- one two\n  three four\n\n  five"),
        ("# A <b>head</b> #", "# A head #"),
        ("[a <b>link</b>](https://e.example/)", "[a link](https://e.example/)"),
        ("<<b>script>alert(1)</script>", "alert(1)"),
        ("<script src=//evil.example", "script src=//evil.example"),
        ("> <div class=x", "> div class=x"),
        ("`<b>` <b>x</b> `` <b> ``", "`<b>` x `` <b> ``"),
    ],
)
def test_html_goes(text, left):
    assert clean_markdown(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "a < b and c > d", "a <b", "1 <2> 3", "<https://e.example/>", "<ada@example.org>",
        "`<script>`", "```html\n<script>\n```", "x\n\n    <b>code</b>", "\\<b>", "&lt;b&gt;",
        "~~~\n<!-- kept -->\n~~~\n\n[a](<https://e.example/a b>)", "> ```\n> <b>\n> ```",
        "<3", "**a**\n\n1. b\n\t- c  \n   d\n\n***",
    ],
)  # fmt: skip
def test_all_else_stays(text):
    assert clean_markdown(text) == text


PIECES = ["<", ">", "b", "</", "/>", "<b>", "</b>", "<!--", "-->", "<?", "?>", " ", "\n", "\n\n",
          "`", "``", "```\n", "    ", "\t", "> ", "- ", "1. ", "# ", "\\", "&lt;", '"', "'", "=",
          "a=", "[", "](", ")", "https://e.example", "<![CDATA[", "]]>", "*", "_", "x", "\u3000",
          "<script", "---", "\n: ", "a@b.example", "[a]: <b>", "e", "\u0301", "\x01", "\r",
          "\u0338", "!", "\u212a"]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
HAS_HTML = {"html_inline", "html_block"}


def html_in(reader: MarkdownIt, text: str) -> bool:
    tokens = reader.parse(text)
    return any(t.type in HAS_HTML for token in tokens for t in [token, *(token.children or ())])


@settings(max_examples=400, deadline=None)
@given(TEXTS)
@example("<<b>script>")
@example("e<b></b>\u0301")
@example("e\x01\u0301")
@example("<b>\n\n    <b>x")
def test_none_is_left_and_cleaning_again_changes_nothing(text):
    try:
        cleaned = clean_markdown(text)
    except ValidationError:
        return  # images, and tags made of tags
    assert not html_in(INLINE, cleaned)
    assert not html_in(BLOCKS, cleaned)
    assert clean_markdown(cleaned) == cleaned
    if not html_in(BLOCKS, clean_text(text)) and not html_in(INLINE, clean_text(text)):
        assert cleaned == clean_text(text)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("  First \n steps\t", "First steps"),
        ("R & <b>D</b>", "R & D"),
        ("AT&T <i>&amp; more</i>", "AT&T &amp; more"),
        ("<<b>script>alert(1)</script>", "alert(1)"),
        ("<\x01script>alert(1)</\x01script>", "alert(1)"),
        ("a <!-- for <b>us</b> --> b", "a b"),
        ("1 < 2 > 0, I <3 it", "1 < 2 > 0, I <3 it"),
        ("<script src=//evil.example", "< script src=//evil.example"),
        ("e<b></b>\u0301", "\u00e9"),
    ],
)
def test_a_line_has_no_tags(text, left):
    assert clean_line(text) == left


@settings(max_examples=400, deadline=None)
@given(TEXTS | st.text())
def test_a_cleaned_line_stays_as_it_is(text):
    cleaned = clean_line(text)
    assert not re.search(r"<[A-Za-z/!?]", cleaned)
    assert clean_line(cleaned) == cleaned


@pytest.mark.parametrize("text", ["\u200b", " \u2060\ufeff\n", "\u202e\u00ad", "\u200b<b></b>"])
@pytest.mark.parametrize("clean", [clean_line, clean_markdown])
def test_what_nobody_would_see_is_nothing(clean, text):
    assert clean(text) == ""


@pytest.mark.parametrize("text", ["می\u200cخواهم", "👩\u200d🚀", "\u200eабв", "\u0301"])
def test_what_is_seen_keeps_what_acts_on_it(text):
    assert clean_line(text) == text


def test_a_line_turns_nothing_that_stands_behind_it():
    assert clean_line("Doctor \u202egnihton\u2066") == "Doctor gnihton"


def test_tags_made_of_tags_are_refused():
    with pytest.raises(ValidationError):
        clean_markdown("<" * 50 + "b>" * 50)


HOSTILE = ["<", "<!--", "<?", "<![CDATA[", "<a ", "<a b='", '<a b="x" ', "<a\n", "[<b>", "`<b>",
           "<b>", "> <b>\n", "- <b>\n", "<div\n\n", "<!-- --->", "*<b>_", "<b <",
           "</b "]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
@pytest.mark.parametrize("clean", [clean_line, clean_markdown])
def test_the_work_grows_with_the_text_alone(piece, clean):
    """Counted in calls of functions: four times the text, some four times the work."""
    more, less = work(clean, piece, MAX_TEXT), work(clean, piece, MAX_TEXT // 4)
    assert more < 6 * less + 50_000


def work(clean: Cleaner, piece: str, length: int) -> int:
    calls = 0

    def count(frame, event, argument):
        nonlocal calls
        calls += 1

    sys.setprofile(count)
    try:
        clean((piece * length)[:length])
    except ValidationError:
        pass
    finally:
        sys.setprofile(None)
    return calls
