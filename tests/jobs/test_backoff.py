import math
import random
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from jobs.backoff import LONGEST_ASKED, ceiling, rest
from jobs.registry import DEFAULT_MAX_ATTEMPTS

MINUTES_10 = timedelta(minutes=10)
HOURS_4 = timedelta(hours=4)
attempts = st.integers(1, 32767)
sources = st.randoms(use_true_random=False)


@given(attempts, sources)
def test_it_stays_between_a_second_and_four_hours(count: int, source: random.Random) -> None:
    assert timedelta(seconds=1) <= rest(count, source=source) <= HOURS_4


@given(sources)
def test_the_first_retry_comes_within_seconds(source: random.Random) -> None:
    assert rest(1, source=source) <= timedelta(seconds=5)


@given(sources)
def test_in_the_first_hours_attempts_are_ten_minutes_apart_at_most(source: random.Random) -> None:
    elapsed, count = timedelta(0), 0
    while elapsed < timedelta(hours=1):
        count += 1
        pause = rest(count, source=random.Random(source.random()))
        assert pause <= MINUTES_10
        elapsed += pause


@given(attempts)
def test_the_ceiling_never_sinks(count: int) -> None:
    assert ceiling(count) <= ceiling(count + 1)


def test_the_jitter_is_full() -> None:
    pauses = [rest(20, source=random.Random(seed)) for seed in range(500)]
    assert min(pauses) < MINUTES_10 / 20
    assert max(pauses) > MINUTES_10 * 19 / 20
    assert MINUTES_10 * 0.4 < sum(pauses, timedelta(0)) / 500 < MINUTES_10 * 0.6


def test_all_attempts_together_outlast_a_weekend() -> None:
    for seed in range(50):
        source = random.Random(seed)
        pauses = [rest(count, source=source) for count in range(1, DEFAULT_MAX_ATTEMPTS)]
        assert timedelta(days=1) < sum(pauses, timedelta(0)) < timedelta(days=5)
    assert sum(ceiling(count) / 2 for count in range(1, DEFAULT_MAX_ATTEMPTS)) > 48 * 3600


@given(attempts, st.floats(1, LONGEST_ASKED), sources)
def test_retry_after_is_honoured_whatever_the_attempt(
    count: int, asked: float, source: random.Random
) -> None:
    pause = rest(count, retry_after=asked, source=source)
    floor = timedelta(seconds=asked)
    assert floor <= pause <= floor * 1.1 + timedelta(milliseconds=1)


@given(st.sampled_from([math.inf, math.nan, -math.inf, -5.0, 0.0, 1e300]), sources)
def test_no_peer_can_ask_for_the_absurd(asked: float, source: random.Random) -> None:
    pause = rest(1, retry_after=asked, source=source)
    assert timedelta(seconds=1) <= pause <= timedelta(seconds=LONGEST_ASKED * 1.1)
