"""granian's requests are shown to the door before they wake the event loop."""

import asyncio
from collections.abc import Callable, Iterator

import pytest
from granian import _futures
from granian.server import mp

from config.dispatch import ask_first


class Request:
    """As much of granian's as is looked at."""

    def __init__(self, path: str) -> None:
        self.scope, self.proto = path, None
        self.ended = False

    def done(self) -> None:
        self.ended = True

    def taskref(self, task: object) -> None:
        pass


def scheduler(
    looped: list[str],
) -> tuple[Callable[[Request], None], asyncio.AbstractEventLoop]:
    """What granian makes in a web process, showing what it hands to the event loop."""

    async def answer_in_loop(request: Request) -> None:
        looped.append(request.scope)

    class Shown(_futures._CBSchedulerAIO):
        _schedule_fn = None

    loop = asyncio.new_event_loop()
    made = Shown(loop, answer_in_loop, None, None, None)

    def schedule(request: Request) -> None:
        made._schedule_fn(request)
        loop.run_until_complete(asyncio.sleep(0.01))

    return schedule, loop


@pytest.fixture
def looped() -> list[str]:
    return []


@pytest.fixture(autouse=True)
def unwrapped(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(_futures, "_cbsched_aioschedule", _futures._cbsched_aioschedule)
    yield


def test_what_is_answered_at_once_does_not_reach_the_loop(looped: list[str]) -> None:
    ask_first(lambda scope, protocol: scope == "/public/")
    schedule, loop = scheduler(looped)
    for path in ("/public/", "/other/"):
        request = Request(path)
        schedule(request)
        assert request.ended == (path == "/public/")
    loop.close()
    assert looped == ["/other/"]


def test_a_failure_is_logged_and_answered_by_the_loop(
    looped: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    def fail(scope: object, protocol: object) -> bool:
        raise OSError("broken")

    ask_first(fail)
    schedule, loop = scheduler(looped)
    schedule(Request("/public/"))
    loop.close()
    assert looped == ["/public/"]
    assert "not answered at once" in caplog.text


def test_granian_makes_its_schedulers_there() -> None:
    assert mp._new_cbscheduler is _futures._new_cbscheduler
