"""Counting failures by peer and window."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import RequestFactory

from api import throttling
from api.models import FailureCount
from api.throttling import FailureThrottle
from tests.support.threads import together

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
THROTTLE = FailureThrottle("test", allowed=3, window=timedelta(minutes=5))


def fail(peer: str = "203.0.113.7", throttle: FailureThrottle = THROTTLE) -> int:
    return throttle.record_failure(RequestFactory(REMOTE_ADDR=peer).get("/"))


def test_the_allowance(db, time_machine):
    time_machine.move_to(NOW, tick=False)
    assert [fail() for _ in range(5)] == [0, 0, 0, 300, 300]
    time_machine.shift(100)
    assert fail() == 200
    time_machine.shift(200)
    assert fail() == 0


def test_peers_and_kinds_are_counted_apart(db):
    assert [fail() for _ in range(4)][-1] > 0
    assert fail("203.0.113.8") == 0
    assert fail("2001:db8::1") == 0
    assert fail(throttle=FailureThrottle("other", 3, timedelta(minutes=5))) == 0


def test_what_a_client_writes_about_itself_does_not_count(db):
    factory = RequestFactory(REMOTE_ADDR="203.0.113.7")
    for number in range(4):
        headers = {"X-Forwarded-For": f"198.51.100.{number}"}
        wait = THROTTLE.record_failure(factory.get("/", headers=headers))
    assert wait > 0


def test_pruning(db, time_machine):
    time_machine.move_to(NOW, tick=False)
    fail()
    time_machine.shift(100)
    fail("203.0.113.8")
    time_machine.shift(200)
    assert throttling.prune() == 1
    assert FailureCount.objects.count() == 1


def test_a_failure_takes_few_queries(db, django_assert_max_num_queries):
    fail()
    with django_assert_max_num_queries(7):
        fail()


@pytest.mark.django_db(transaction=True)
def test_failures_at_the_same_time_are_all_counted():
    waits = together(12, lambda _: fail())
    assert FailureCount.objects.get().count >= 4  # beyond the allowance nothing need be written
    assert sum(wait == 0 for wait in waits) == 3


def test_beyond_the_allowance_nothing_is_written(db, django_assert_num_queries):
    for _ in range(4):
        fail()
    with django_assert_num_queries(1):
        assert fail() > 0


def test_an_ipv6_peer_is_its_network(db):
    waits = [fail(f"2001:db8:0:1::{number:x}") for number in range(4)]
    assert [bool(wait) for wait in waits] == [False, False, False, True]
    assert fail("2001:db8:0:2::1") == 0
