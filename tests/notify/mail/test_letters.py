"""The message: its parts and headers, and that nothing which anybody typed becomes one."""

import email
import re
from dataclasses import fields, replace
from datetime import UTC, datetime
from email import policy
from email.header import decode_header, make_header
from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notify.mail.letters import Facts, ink_on, message_id, message_of, reply_to, sender, writable
from notify.mail.wording import Words, own_words
from notify.models import Kind
from tests.support.images import png

FACTS = Facts(
    to="Grace.Hopper@example.org",
    recipient_name="Grace Hopper",
    badge_name="First steps",
    issuer_name="University",
    issuer_email="badges@university.example",
    issued_on=datetime(2026, 5, 4, 12, tzinfo=UTC),
    expires=datetime(2027, 5, 4, 12, tzinfo=UTC),
    link="https://badges.example.org/public/assertions/abc",
    unsubscribe="https://badges.example.org/unsubscribe/token/",
    message_id="<abc.award@badges.example.org>",
    picture=png(40, 40),
)
WORDS = own_words(Kind.AWARD)
HEADERS = {"Content-Type", "MIME-Version", "Subject", "From", "To", "Reply-To", "Message-ID",
           "Date", "Auto-Submitted", "List-Unsubscribe", "List-Unsubscribe-Post"}  # fmt: skip


def sent(facts: Facts = FACTS, words: Words = WORDS) -> email.message.EmailMessage:
    """As it arrives."""
    content = message_of(facts, words).message().as_bytes(linesep="\r\n")
    return email.message_from_bytes(content, policy=policy.default)


def text_of(letter) -> str:
    return letter.get_body(("plain",)).get_content().replace("\r\n", "\n")


def html_of(letter) -> str:
    return letter.get_body(("html",)).get_content().replace("\r\n", "\n")


def test_headers():
    letter = sent()
    assert set(letter.keys()) == HEADERS
    assert letter["From"] == "University <laurel@localhost>"
    assert letter["To"] == "Grace.Hopper@example.org"
    assert letter["Reply-To"] == "badges@university.example"
    assert letter["Subject"] == "You earned a badge: First steps"
    assert letter["Message-ID"] == "<abc.award@badges.example.org>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["List-Unsubscribe"] == "<https://badges.example.org/unsubscribe/token/>"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_sample_has_nothing_to_unsubscribe_from():
    letter = sent(replace(FACTS, unsubscribe=""))
    assert "List-Unsubscribe" not in letter
    assert "nsubscribe" not in html_of(letter) + text_of(letter)


def test_parts():
    letter = sent()
    assert letter.get_content_type() == "multipart/related"
    alternative, picture = letter.iter_parts()
    assert [part.get_content_type() for part in alternative.iter_parts()] == [
        "text/plain", "text/html"]  # fmt: skip
    assert picture.get_content() == FACTS.picture
    assert picture.get_content_type() == "image/png"
    assert picture.get_content_disposition() == "inline"
    assert f'src="cid:{picture["Content-ID"][1:-1]}"' in html_of(letter)
    for body in (text_of(letter), html_of(letter)):
        assert "Hello Grace Hopper," in body
        assert FACTS.link in body
        assert FACTS.unsubscribe in body


def test_without_a_picture():
    letter = sent(replace(FACTS, picture=b""))
    assert letter.get_content_type() == "multipart/alternative"
    assert "<img" not in html_of(letter)


def test_words_and_colour():
    words = Words(
        subject="{recipient_name}: {badge_name}",
        body="From {issuer_name}\nuntil {expires}.\n\nAwarded {issued_on}.",
        link_text="Open {badge_name}",
        footer="Yours, <{issuer_name}>",
        accent="#ffee00",
    )
    letter = sent(words=words)
    html = html_of(letter)
    assert letter["Subject"] == "Grace Hopper: First steps"
    assert "From University\nuntil 4 May 2027.\n\nAwarded 4 May 2026." in text_of(letter)
    assert "<p>From University<br>until 4 May 2027.</p>" in html
    assert ">Open First steps</a>" in html
    assert "Yours, <University>" in text_of(letter)
    assert "Yours, &lt;University&gt;" in html
    assert "background: #ffee00; color: #000000" in html


def test_who_has_no_name_and_what_never_ends():
    words = replace(WORDS, body="{recipient_name} {expires}")
    letter = sent(replace(FACTS, recipient_name="", expires=None), words)
    assert text_of(letter).startswith("Grace.Hopper@example.org —")


@pytest.mark.parametrize("colour", ["#000000", "#ffffff", "#1f6b43", "#777777", "#ff0000",
                                    "#ffee00", "#0000ff", "#808080", "#00ff00"])  # fmt: skip
def test_ink_can_be_read(colour):
    def light(text: str) -> float:
        parts = [int(text[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        r, g, b = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    low, high = sorted([light(colour), light(ink_on(colour))])
    assert (high + 0.05) / (low + 0.05) >= 4.5


def test_message_ids_are_stable_and_apart():
    url = "https://badges.example.org:8443/public/assertions/abc_D"
    assert message_id(url, "award") == "<abc_D.award@badges.example.org>"
    assert message_id(url, "reminder", "20270504T120000") == (
        "<abc_D.reminder.20270504T120000@badges.example.org>"
    )
    odd = message_id("https://x.example/public/assertions/a.b c>@d", "award")
    assert odd == "<a%2Eb%20c%3E%40d.award@x.example>"


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("a@b.example", "a@b.example"),
        ("a@bücher.example", "a@xn--bcher-kva.example"),
        ("a@straße.example", "a@xn--strae-oqa.example"),
    ],  # another domain than strasse.example
)
def test_addresses(address, written):
    assert writable(address) == written


@pytest.mark.parametrize("address", ["ä@b.example", "nobody", "a\n@b.example", "@b.example\udc80"])
def test_addresses_that_no_server_takes(address):
    with pytest.raises(ValueError):
        writable(address)


@pytest.mark.parametrize("address", ["a@b.example, c@d.example", "a@b.example\nBcc: c@d.example",
                                     "nonsense", "", "Ada <a@b.example>"])  # fmt: skip
def test_no_reply_to_where_the_address_is_none(address):
    assert reply_to(address) == []


def test_the_sender_may_have_a_name_already(settings):
    settings.DEFAULT_FROM_EMAIL = "Badges <badges@example.org>"
    assert sender('Uni, "North"') == '"Uni, \\"North\\"" <badges@example.org>'


@pytest.mark.parametrize("name", ["Ünïversität " * 30, "大学" * 80, 'Ünï "North", <x@y.example>'])
def test_a_long_foreign_name(name):
    raw = message_of(replace(FACTS, issuer_name=name), WORDS).message().as_bytes()
    (line,) = re.findall(rb"^From:.*(?:\n[ \t].*)*", raw, re.M)
    assert max(map(len, line.split())) <= 75
    read = str(make_header(decode_header(line.decode().removeprefix("From:").lstrip())))
    shown, _, address = read.rpartition(" <")
    assert address == "laurel@localhost>"
    assert name.startswith(shown.rstrip("…"))


class Elements(HTMLParser):
    """Tags, and the attributes that lead or run somewhere."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.running: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.append(tag)
        self.running += [(name, value) for name, value in attrs
                         if name.startswith("on") or name in ("href", "src", "style")]  # fmt: skip


NASTY = st.sampled_from(
    ["\r\nBcc: x@evil.example\r\n\r\n", "\n.\r\n", "<script>alert(1)</script>", "{badge_name}",
     "{{ x }}", "{% now %}", "%s%(x)s", "\u202eevil", "\u200f", "\ud83d", "\x00\x1b", "</style>",
     "=?utf-8?q?=0ABcc:x?=", '"', "\\", "<a href=x>", "ünï", "a" * 2000, "\u2028", "--"]
)  # fmt: skip
TYPED = st.lists(st.one_of(NASTY, st.text(st.characters())), max_size=4).map("".join)
TEXTS = {f.name: TYPED for f in fields(Facts) if f.name in (
    "recipient_name", "badge_name", "issuer_name", "issuer_email")}  # fmt: skip
CLEAN = Elements(html_of(sent(replace(FACTS, picture=b""))))


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.fixed_dictionaries(TEXTS))
def test_nothing_typed_gets_out_of_its_place(typed):
    """Whatever the fields hold: the same headers, one sender and recipient, the same elements."""
    facts = replace(FACTS, picture=b"", **typed)
    raw = message_of(facts, WORDS).message().as_bytes(linesep="\r\n")
    head, _, _ = raw.partition(b"\r\n\r\n")
    names = {line.split(b":")[0].decode() for line in head.split(b"\r\n") if line[:1] not in b" \t"}
    assert names <= HEADERS
    assert names >= HEADERS - {"Reply-To"}
    assert not re.search(rb"(?<!\r)\n", raw)
    assert max(map(len, head.split(b"\r\n"))) < 998
    letter = sent(facts)
    assert [a.addr_spec for a in letter["From"].addresses] == ["laurel@localhost"]
    assert [a.addr_spec for a in letter["To"].addresses] == [FACTS.to]
    assert len(letter["Subject"]) <= 260
    assert "\u202e" not in str(letter["Subject"]) + str(letter["From"])
    found = Elements(html_of(letter))
    assert found.tags == CLEAN.tags
    assert found.running == CLEAN.running


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.fixed_dictionaries(dict.fromkeys(("subject", "body", "link_text", "footer"), TYPED)))
def test_nothing_that_staff_wrote_either(typed):
    letter = sent(replace(FACTS, picture=b""), replace(WORDS, **typed))
    assert set(letter.keys()) == HEADERS
    found = Elements(html_of(letter))
    assert set(found.tags) <= set(CLEAN.tags) | {"p", "br", "div"}
    assert found.running == CLEAN.running
