"""Long answers give way to short ones; how long they wait is bounded, and they never wait for one
another.
"""

import threading
import time
from collections.abc import Callable

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


def test_a_long_answer_waits_for_a_short_one(courtesy: Courtesy) -> None:
    may_end = threading.Event()
    short = Answer(courtesy, may_end.wait)
    eventually(lambda: courtesy.begun, 5)
    long = Answer(courtesy, courtesy.give_way, work, courtesy.give_way)
    eventually(lambda: long.done == 2, 5)
    long.thread.join(0.2)
    assert long.done == 2
    may_end.set()
    long.thread.join(5)
    assert long.done == 3
    short.thread.join(5)
    assert not courtesy.begun


def test_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    courtesy, may_end = Courtesy(), threading.Event()
    Answer(courtesy, may_end.wait)
    eventually(lambda: courtesy.begun, 5)
    long = Answer(courtesy, courtesy.give_way, work, courtesy.give_way)
    long.thread.join(5)
    assert long.done == 3
    may_end.set()


def test_a_short_answer_waits_for_nobody(courtesy: Courtesy) -> None:
    """Even one that comes by such a loop: an award is a list of one."""
    may_end = threading.Event()
    Answer(courtesy, may_end.wait)
    eventually(lambda: courtesy.begun, 5)
    other = Answer(courtesy, work, courtesy.give_way, courtesy.give_way)
    other.thread.join(5)
    assert other.done == 3
    may_end.set()


def test_long_ones_do_not_wait_for_one_another(courtesy: Courtesy) -> None:
    may_end = threading.Event()
    first = Answer(courtesy, courtesy.give_way, work, courtesy.give_way, may_end.wait)
    eventually(lambda: first.done == 3, 5)
    second = Answer(courtesy, courtesy.give_way, work, courtesy.give_way)
    second.thread.join(5)
    assert second.done == 3
    may_end.set()


def test_nor_do_commands_and_jobs(courtesy: Courtesy) -> None:
    may_end = threading.Event()
    Answer(courtesy, may_end.wait)
    eventually(lambda: courtesy.begun, 5)

    def job() -> None:
        courtesy.give_way()
        work()
        courtesy.give_way()

    thread = threading.Thread(target=job, daemon=True)
    thread.start()
    thread.join(5)
    assert not thread.is_alive()
    may_end.set()


def test_who_waits_for_something_else_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A database, a peer: they need no interpreter meanwhile."""
    monkeypatch.setattr(module, "PATIENCE", 30.0)
    courtesy, may_end = Courtesy(), threading.Event()
    Answer(courtesy, may_end.wait)
    eventually(lambda: courtesy.begun, 5)
    long = Answer(courtesy, courtesy.give_way, work, courtesy.give_way)
    long.thread.join(5)
    assert long.done == 3
    may_end.set()


def test_waiting_is_no_work(courtesy: Courtesy) -> None:
    may_end = threading.Event()
    Answer(courtesy, may_end.wait)
    eventually(lambda: courtesy.begun, 5)
    slow = Answer(courtesy, courtesy.give_way, lambda: time.sleep(0.2), courtesy.give_way)
    slow.thread.join(5)
    assert slow.done == 3
    may_end.set()


def test_an_answer_that_fails_is_over(courtesy: Courtesy) -> None:
    def fail() -> None:
        raise ValueError

    with pytest.raises(ValueError), courtesy.answering():
        fail()
    assert not courtesy.begun
