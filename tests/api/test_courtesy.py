"""Long answers give way to short ones; how long they wait is bounded, and they never wait for one
another.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import pytest

from api import courtesy as module
from api.courtesy import Courtesy
from tests.support.threads import eventually


@pytest.fixture
def courtesy(monkeypatch: pytest.MonkeyPatch) -> Courtesy:
    """One that is patient enough to tell waiting from not waiting."""
    monkeypatch.setattr(module, "PATIENCE", 30.0)
    monkeypatch.setattr(module, "SHORT", 30.0)
    return Courtesy()


class Answer:
    """A thread that makes an answer: does each of these, and tells how many it has done."""

    def __init__(self, courtesy: Courtesy, *acts: Callable[[], object]) -> None:
        self.done = 0
        self.acts, self.courtesy = acts, courtesy
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self) -> None:
        with self.courtesy.answering():
            for act in self.acts:
                act()
                self.done += 1


def work() -> None:
    end = time.thread_time() + 2 * module.WORK
    while time.thread_time() < end:
        pass


def long_answer(courtesy: Courtesy) -> Answer:
    """Has begun, has worked, and comes to the next turn of its loop."""
    return Answer(courtesy, courtesy.give_way, work, courtesy.give_way)


@contextmanager
def somebody_at_an_answer(courtesy: Courtesy) -> Iterator[Answer]:
    may_end = threading.Event()
    answer = Answer(courtesy, may_end.wait)
    eventually(lambda: courtesy.begun, 5)
    yield answer
    may_end.set()
    answer.thread.join(5)


def test_a_long_answer_waits_for_a_short_one(courtesy: Courtesy) -> None:
    with somebody_at_an_answer(courtesy):
        long = long_answer(courtesy)
        eventually(lambda: long.done == 2, 5)
        long.thread.join(0.2)
        assert long.done == 2
    long.thread.join(5)
    assert long.done == 3
    assert not courtesy.begun


def test_not_for_ever(courtesy: Courtesy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.1)
    with somebody_at_an_answer(courtesy):
        assert_not_kept(long_answer(courtesy))


def test_who_waits_for_something_else_is_not_waited_for(
    courtesy: Courtesy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database, a peer: they need no interpreter meanwhile."""
    monkeypatch.setattr(module, "SHORT", 0.1)
    with somebody_at_an_answer(courtesy):
        assert_not_kept(long_answer(courtesy))


def test_a_short_answer_waits_for_nobody(courtesy: Courtesy) -> None:
    """Even one that comes by such a loop: an award is a list of one."""
    with somebody_at_an_answer(courtesy):
        assert_not_kept(Answer(courtesy, work, courtesy.give_way, courtesy.give_way))


def test_long_ones_do_not_wait_for_one_another(courtesy: Courtesy) -> None:
    may_end = threading.Event()
    first = Answer(courtesy, courtesy.give_way, work, courtesy.give_way, may_end.wait)
    eventually(lambda: first.done == 3, 5)
    assert_not_kept(long_answer(courtesy))
    may_end.set()


def test_nor_do_commands_and_jobs(courtesy: Courtesy) -> None:
    def job() -> None:
        courtesy.give_way()
        work()
        courtesy.give_way()

    with somebody_at_an_answer(courtesy):
        thread = threading.Thread(target=job, daemon=True)
        thread.start()
        thread.join(5)
        assert not thread.is_alive()


def test_waiting_is_no_work(courtesy: Courtesy) -> None:
    with somebody_at_an_answer(courtesy):
        nap = partial(time.sleep, 0.2)
        assert_not_kept(Answer(courtesy, courtesy.give_way, nap, courtesy.give_way))


def assert_not_kept(answer: Answer) -> None:
    answer.thread.join(5)
    assert answer.done == len(answer.acts)


def test_an_answer_that_fails_is_over(courtesy: Courtesy) -> None:
    def fail() -> None:
        raise ValueError

    with pytest.raises(ValueError), courtesy.answering():
        fail()
    assert not courtesy.begun
