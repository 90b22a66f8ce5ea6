"""HTML in Markdown: found as readers of CommonMark find it, and cut out. All else stays byte for
byte: code, links in angle brackets, `a < b`.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline, html_inline
from markdown_it.token import Token

MAYBE_HTML = re.compile(r"<[A-Za-z/!?]")

Span = tuple[int, int]


def html_in(text: str) -> list[Span]:
    """Where there are tags, comments and what else is HTML, in order. `text` has plain line ends.

    What stands between them is text. Taking them out may leave other tags.
    """
    if not MAYBE_HTML.search(text):
        return []
    return list(tags(text)) or list(openings(text))


def without(text: str, spans: Iterable[Span]) -> str:
    """The text with these parts of it cut out."""
    kept, end = [], 0
    for start, stop in spans:
        kept.append(text[end:start])
        end = stop
    return "".join([*kept, text[end:]])


def noted_tag(state: StateInline, silent: bool) -> bool:
    """The library's rule, which notes where it found the tag. Comments end where CommonMark 0.31
    says, which takes no searching back and forth.
    """
    start, known = state.pos, len(state.tokens)
    if state.src.startswith("<!--", start):
        if state.html_terminator_last("-->") < start + 2:
            return False
        state.pos = state.src.index("-->", start + 2) + 3
        if not silent:
            state.push("html_inline", "", 0)
    elif not html_inline(state, silent):
        return False
    if len(state.tokens) > known:
        state.tokens[-1].meta = {"span": (start, state.pos)}
    return True


# Tags on lines of their own are found among the text as well: what is between them is text.
INLINE = MarkdownIt("commonmark", {"html": True}).disable("html_block")
INLINE.inline.ruler.at("html_inline", noted_tag)
BLOCKS = MarkdownIt("commonmark", {"html": True}).disable("inline")


def tags(text: str) -> Iterator[Span]:
    """Where there are tags, comments and the like, in order."""
    lines = text.split("\n")
    starts = [0, *accumulate(len(line) + 1 for line in lines)]
    for token in INLINE.parse(text):
        spans = [child.meta["span"] for child in token.children or () if "span" in child.meta]
        if spans and token.map:
            place = places(token, lines, starts)
            yield from ((place(start), place(stop - 1) + 1) for start, stop in spans)


def places(token: Token, lines: list[str], starts: list[int]) -> Callable[[int], int]:
    """From places in a token's content, which lacks quote marks and indents, to those in the whole
    text.
    """
    begins: list[int] = []  # of each line of the content: where it begins there, and in the text
    moves: list[int] = []
    begin = 0
    for number, told in enumerate(token.content.split("\n"), start=(token.map or [0])[0]):
        indent = len(told) - len(told.lstrip())
        begins.append(begin)
        moves.append(starts[number] + lines[number].rindex(told.strip()) - indent - begin)
        begin += len(told) + 1
    return lambda position: position + moves[bisect_right(begins, position) - 1]


def openings(text: str) -> Iterator[Span]:
    """The "<" at the beginning of what is HTML to the end of a block, though no tag is whole."""
    starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
    for token in BLOCKS.parse(text):
        if token.type == "html_block" and token.map:
            start = text.index("<", starts[token.map[0]])
            yield start, start + 1
