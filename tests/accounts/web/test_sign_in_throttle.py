"""Guessing at the sign-in: only failures count, and nobody locks another out."""

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from accounts.throttling import Guesses
from api.models import FailureCount
from tests.support.servers import PASSWORD
from tests.support.worlds import person

LOGIN = "/accounts/login/"
pytestmark = pytest.mark.django_db


def try_as(email: str, password: str, peer: str = "127.0.0.1") -> int:
    fields = {"login": email, "password": password}
    return Client(REMOTE_ADDR=peer).post(LOGIN, fields).status_code


def test_ten_wrong_ones(ada):
    assert [try_as(ada.email, "wrong") for _ in range(10)] == [200] * 10
    fields = {"login": ada.email.upper(), "password": PASSWORD}
    refused = Client().post(LOGIN, fields)
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0
    assert "wait" in refused.content.decode()


def test_a_right_password_from_elsewhere_gets_in(ada):
    for _ in range(11):
        try_as(ada.email, "wrong")
    assert try_as(ada.email, PASSWORD, "203.0.113.9") == 302


def test_other_accounts_of_the_same_peer_go_on(ada):
    other = person("other@example.org")
    for _ in range(11):
        try_as(ada.email, "wrong")
    assert try_as(other.email, PASSWORD) == 302


def test_right_ones_do_not_count(ada):
    assert {try_as(ada.email, PASSWORD) for _ in range(30)} == {302}
    assert not FailureCount.objects.exists()


def test_an_unknown_address_is_counted_alike(ada):
    known = [try_as(ada.email, "wrong") for _ in range(12)]
    unknown = [try_as("nobody@example.org", "wrong", "203.0.113.8") for _ in range(12)]
    assert known == unknown == [200] * 10 + [429] * 2


def test_further_addresses_give_no_further_guesses_and_are_not_told(ada):
    """What is answered at them is what is answered at an address that nobody has."""
    EmailAddress.objects.create(user=ada, email="second@example.org", verified=True)
    for _ in range(10):
        try_as(ada.email, "wrong")
    assert try_as("second@example.org", PASSWORD) == 200
    assert try_as("second@example.org", PASSWORD, "203.0.113.9") == 302
    assert [try_as("second@example.org", "wrong") for _ in range(10)] == [200] * 9 + [429]
    assert [try_as("nobody@example.org", "wrong") for _ in range(11)] == [200] * 10 + [429]


def test_one_peer_at_many_accounts(ada):
    answers = [try_as(f"a{number}@example.org", "wrong") for number in range(101)]
    assert answers == [200] * 100 + [429]
    assert try_as(ada.email, PASSWORD) == 429
    assert try_as(ada.email, PASSWORD, "203.0.113.9") == 302


def test_many_peers_at_one_account(ada):
    """After a hundred failures each peer has one left, and the owner still gets in."""
    for number in range(100):
        try_as(ada.email, "wrong", f"198.51.100.{number}")
    fresh = [try_as(ada.email, "wrong", "203.0.113.7") for _ in range(3)]
    assert fresh == [200, 429, 429]
    assert try_as(ada.email, PASSWORD, "203.0.113.9") == 302


def test_a_network_of_ipv6_is_one_peer(ada):
    for number in range(10):
        try_as(ada.email, "wrong", f"2001:db8::{number:x}")
    assert try_as(ada.email, PASSWORD, "2001:db8::ffff") == 429
    assert try_as(ada.email, PASSWORD, "2001:db8:0:1::1") == 302


def test_it_passes(ada, time_machine):
    time_machine.move_to("2026-05-04T12:00Z")
    for _ in range(11):
        try_as(ada.email, "wrong")
    time_machine.shift(15 * 60 + 1)
    assert try_as(ada.email, PASSWORD) == 302


def test_no_address_is_kept(ada):
    try_as(ada.email, "wrong", "203.0.113.9")
    kept = str(list(FailureCount.objects.values()))
    assert FailureCount.objects.count() == 5
    assert "203.0.113" not in kept
    assert "ada@" not in kept


def test_one_hash_whether_known_or_not(ada, hashed):
    try_as(ada.email, "wrong")
    known = len(hashed)
    hashed.clear()
    try_as("nobody@example.org", "wrong")
    assert len(hashed) == known == 1


def test_kinds_are_counted_apart(rf, ada):
    request = rf.get("/")
    for _ in range(10):
        Guesses("code", ada.email).record_failure(request)
    assert Guesses("code", ada.email).wait(request)
    assert not Guesses("sign-in", ada.email).wait(request)
