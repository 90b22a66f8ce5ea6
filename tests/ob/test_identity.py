from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ob import identity
from tests.ob import samples

quick = settings(max_examples=100, deadline=None)


@pytest.mark.parametrize(
    ("type", "typed", "normal"),
    [
        ("email", "  Ada.Lovelace@Example.ORG\n", "ada.lovelace@example.org"),
        ("email", "\ufeffada@example.org\u200b", "ada@example.org"),
        ("email", "ZOE\u0308@EXAMPLE.ORG", "zo\u00eb@example.org"),
        ("email", "\u2126@example.org", "\u03c9@example.org"),
        ("url", " HTTPS://Ada.Example.ORG/Path?Q=1 ", "https://ada.example.org/Path?Q=1"),
        ("url", "https://User@EX.org:80/A", "https://User@ex.org:80/A"),
        ("telephone", " +16175551212 ", "+16175551212"),
        ("openBadgeId", " https://EX.org/A ", "https://EX.org/A"),
    ],
)
def test_normal_forms(type, typed, normal):
    assert identity.normalise_identity(type, typed) == normal


@quick
@given(st.sampled_from(identity.IDENTITY_TYPES), st.text())
def test_normalising_twice_changes_nothing(type, typed):
    once = identity.normalise_identity(type, typed)
    assert identity.normalise_identity(type, once) == once


@pytest.mark.parametrize(
    ("type", "good"),
    [
        ("email", "ada@example.org"),
        ("email", "o'brien+badges@sub.example.co"),
        ("email", "jürgen@müller.example"),
        ("email", "用户@例子.广告"),
        ("email", "a@xn--mller-kva.example"),
        ("url", "https://ada.example.org/~ada?x=1"),
        ("url", "http://localhost:8000/x"),
        ("url", "https://bücher.example/é"),
        ("url", "http://[::1]:8000/"),
        ("telephone", "+16175551212"),
        ("telephone", "4930123456"),
        ("openBadgeId", "https://ada.example.org/profile"),
        ("url", "https://e.example/ab" + "\U0001d51e" * 495),
    ],
)
def test_good_identities_pass(type, good):
    identity.check_identity(type, good)


@pytest.mark.parametrize(
    ("type", "bad"),
    [
        ("email", ""),
        ("email", " \u200b"),
        ("email", "ada"),
        ("email", "@example.org"),
        ("email", "ada@"),
        ("email", "ada@localhost"),
        ("email", "ada@exa mple.org"),
        ("email", "a b@example.org"),
        ("email", "a@b@example.org"),
        ("email", ".ada@example.org"),
        ("email", "a..b@example.org"),
        ("email", "ada@-example.org"),
        ("email", "ada@example..org"),
        ("email", "ada@127.0.0.1"),
        ("email", "<ada@example.org>"),
        ("email", "ada@example.org\nBcc: eve@example.org"),
        ("email", "ada@example.org\x00"),
        ("email", "ada\ud800@example.org"),
        ("email", "ada\u202e@example.org"),
        ("email", "ada\u2028@example.org"),
        ("email", "a" * 65 + "@example.org"),
        ("email", "a@" + "b" * 64 + ".org"),
        ("email", "a@" + "ü" * 63 + ".org"),
        ("email", "a@" + "bcd." * 70 + "org"),
        ("url", "example.org"),
        ("url", "ftp://example.org/"),
        ("url", "javascript://example.org/%0aalert(1)"),
        ("url", "https:///path"),
        ("url", "https://ex.org/a b"),
        ("url", "https://ex.org:port/"),
        ("url", 'https://ex.org/"'),
        ("url", "https://e.example/abc" + "\U0001d51e" * 495),
        ("openBadgeId", "https://e.example/abc" + "\U0001d51e" * 495),
        ("telephone", "0123456789"),
        ("telephone", "+1 617 555 1212"),
        ("telephone", "+1234567890123456"),
        ("telephone", "+١٢٣٤٥"),
        ("openBadgeId", "ada@example.org"),
        ("sms", "+16175551212"),
    ],
)
def test_bad_identities_are_refused_with_a_sentence(type, bad):
    with pytest.raises(ValueError, match=r"^[A-Z].*\.$|like \+16175551212\.$"):
        identity.check_identity(type, bad)


def test_the_salt_is_appended_with_nothing_between():
    digest = hashlib.sha256(b"ada@example.orgsalt").hexdigest()
    assert identity.hash_identity("ada@example.org", "salt") == f"sha256${digest}"


def recipient(stored, **more):
    return {"type": "email", "identity": stored, **more}


@quick
@given(samples.emails, st.text("0123456789abcdef", max_size=32))
def test_a_hash_matches_its_own_identity_alone(email, salt):
    hashed = recipient(identity.hash_identity(email, salt), hashed=True, salt=salt)
    assert identity.matches(hashed, f" {email} ")
    assert not identity.matches(hashed, "x" + email)
    assert not identity.matches({**hashed, "salt": salt + "0"}, email)


def test_foreign_forms_of_hashes_match():
    md5 = hashlib.md5(b"ada@example.org", usedforsecurity=False).hexdigest()
    assert identity.matches(recipient(f"md5${md5.upper()}", hashed=True), "Ada@example.org")
    typed = identity.hash_identity("Ada@Example.org", "s")
    assert identity.matches(recipient(typed, hashed=True, salt="s"), "Ada@Example.org")
    assert not identity.matches(recipient(typed, hashed=True, salt="s"), "ada@example.org")


def test_plain_identities_match_by_their_normal_form():
    assert identity.matches(recipient("Ada@Example.org", hashed=False), "ada@example.org")
    assert not identity.matches(recipient("Ada@Example.org", hashed=False), "eve@example.org")
    profile = {"type": "id", "identity": "https://EX.org/a"}
    assert identity.matches(profile, "https://EX.org/a")
    assert not identity.matches(profile, "https://ex.org/a")


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"identity": 3},
        recipient("ada@example.org", hashed=True),
        recipient("ada@example.org", salt=3),
        recipient(identity.hash_identity("ada@example.org", ""), hashed=False),
        {"type": ["email"], "identity": "ada@example.org"},
        recipient("\ud800"),
    ],
)
def test_a_broken_recipient_matches_nobody(broken):
    assert not identity.matches(broken, "ada@example.org")
