"""The main loop of `laurel up`."""

import gc
from collections import Counter
from collections.abc import Iterator
from threading import Thread
from types import SimpleNamespace

import pytest

from config import serving
from config.serving import SupervisedWorker, WebServer, leave_the_old_alone
from issuer.services.award_drafts import Award
from issuer.services.awards import award
from tests.support.worlds import acting, badge_class_of, issuer_of, person


def test_a_signal_may_come_while_the_main_loop_begins_or_ends_to_wait():
    server = WebServer(SupervisedWorker(), "127.0.0.1", 8000)
    held_by_the_loop = server.main_loop_interrupt._cond
    for handler in (server.signal_handler_interrupt, server.signal_handler_reload):
        interruption = Thread(target=handler, daemon=True)
        with held_by_the_loop:
            interruption.start()
            interruption.join(timeout=5)
            assert not interruption.is_alive(), "it waits for what it interrupted"
    assert server.interrupt_signal


def test_only_a_worker_that_dies_soon_is_replaced_after_a_pause(monkeypatch):
    lived, paused = iter([0.5, 3.0, 600.0]), []
    clock = [0.0]

    class Process:
        def wait(self) -> int:
            clock[0] += next(lived)
            return 1

    worker = SupervisedWorker()
    born = iter([Process(), Process(), Process(), None])
    monkeypatch.setattr(serving, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    monkeypatch.setattr(worker, "spawn", lambda: next(born))
    monkeypatch.setattr(worker.stopping, "wait", paused.append)
    worker.supervise()
    assert paused == [serving.PAUSE, 0, 0]


@pytest.fixture
def collected() -> Iterator[Counter[int]]:
    """How often garbage was looked for, by generation."""
    seen: Counter[int] = Counter()

    def note(phase: str, told: dict[str, int]) -> None:
        seen[told["generation"]] += phase == "start"

    before = gc.get_threshold()
    gc.callbacks.append(note)
    yield seen
    gc.callbacks.remove(note)
    gc.set_threshold(*before)
    gc.unfreeze()


def test_a_batch_does_not_have_the_whole_heap_looked_through(db, collected):
    badge_class = badge_class_of(issuer_of(person()))
    people = [Award(identity=f"{number}@example.org") for number in range(1000)]
    leave_the_old_alone()
    award(actor=acting(badge_class.created_by), badge_class=badge_class, awards=people)
    assert collected[0] > 10
    assert collected[2] == 0
