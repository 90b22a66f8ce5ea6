"""Words with placeholders: plain replacing, never a template."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from notify.mail.placeholders import PLACEHOLDERS, fill, one_line, require_known, shortened

VALUES = {name: name.upper() for name in PLACEHOLDERS}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("", ""),
        ("Hello {recipient_name}!", "Hello RECIPIENT_NAME!"),
        ("{badge_name}{badge_name}", "BADGE_NAMEBADGE_NAME"),
        ("{{badge_name}}", "{BADGE_NAME}"),
        ("50 % {%s} %(x)s {{ settings.SECRET_KEY }} {% now %}",) * 2,
        ("{badge_name.__class__} {issuer_name!r} {0} {}",) * 2,
        ("{ badge_name }",) * 2,
    ],
)  # fmt: skip
def test_it_replaces_literally(text, filled):
    assert fill(text, VALUES) == filled


def test_what_comes_in_is_not_looked_at_again():
    assert fill("{badge_name}", VALUES | {"badge_name": "{issuer_name}"}) == "{issuer_name}"


@given(st.text(), st.dictionaries(st.sampled_from(PLACEHOLDERS), st.text()))
def test_every_value_stands_there_as_it_is(text, values):
    pieces = [f"{{{name}}}" for name in values]
    assert fill(text.replace("{", "").join(["", *pieces]), values) == text.replace("{", "").join(
        ["", *values.values()]
    )


@pytest.mark.parametrize("name", ["badge", "0", "", "badge_name.x", "badge_name!r", " badge_name ",
                                  "recipient_name:>10", "email"])  # fmt: skip
def test_what_is_unknown_is_named(name):
    with pytest.raises(ValidationError) as caught:
        require_known(f"Hello {{{name}}}")
    (told,) = caught.value.messages
    assert told.startswith(f"There is no placeholder {{{name}}}.")
    assert "{recipient_name}, {badge_name}" in told


@pytest.mark.parametrize("text", ["", "Hello", "{badge_name} {expires}", "a } b", "a { b", "100 %"])
def test_what_is_known_or_no_placeholder_passes(text):
    require_known(text)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Ada\r\nBcc: x@evil.example", "Ada Bcc: x@evil.example"),
        ("a\x00b\x1b[0mc\x7f", "ab[0mc"),
        ("one\u2028two\u2029three\x85four", "one two threefour"),
        ("\ud800lone", "lone"),
        ("evil\u202egnp.exe\u2066\u2069", "evilgnp.exe"),
        ("\u200fעברית\u200e", "\u200fעברית\u200e"),
        ("e\u0301", "é"),
        ("=?utf-8?q?=0ABcc:_x?=", "= ?utf-8?q?=0ABcc:_x?="),
    ],
)
def test_one_line(text, line):
    assert one_line(text) == line


@given(st.text(st.characters(), min_size=1))  # lone surrogates too
def test_one_line_is_one(text):
    line = one_line(text)
    line.encode()
    assert len(line.splitlines()) <= 1
    assert one_line(line) == line


def test_shortened():
    assert shortened("abc", 3) == "abc"
    assert shortened("abcd", 3) == "ab…"
    assert shortened("abu\u0308d", 4) == "ab…"  # not a u without its dots
    assert shortened("ab  cd", 5) == "ab…"
