from datetime import timedelta

import pytest

from jobs import housekeeping, registry
from jobs.errors import UnknownKind
from jobs.registry import Kind, Payload, handler, schedule


def nothing(payload: Payload) -> None:
    """A handler."""


def test_a_kind_is_found_with_its_terms() -> None:
    assert handler("x", max_attempts=4, priority=7)(nothing) is nothing
    assert registry.find("x") == Kind("x", nothing, 4, 7)


def test_two_handlers_of_one_kind_are_a_mistake() -> None:
    handler("x")(nothing)
    handler("x")(nothing)  # the same one: a module may be set up twice
    with pytest.raises(ValueError, match="two handlers"):
        handler("x")(lambda payload: None)


def test_a_kind_is_attempted_at_least_once() -> None:
    with pytest.raises(ValueError, match="at least once"):
        handler("x", max_attempts=0)


def test_only_a_known_kind_is_scheduled() -> None:
    with pytest.raises(UnknownKind):
        schedule("x", every=timedelta(days=1))
    assert registry.schedules() == {}


def test_a_period_has_a_length() -> None:
    handler("x")(nothing)
    with pytest.raises(ValueError, match="length"):
        schedule("x", every=timedelta(0))


def test_the_server_registers_its_own_housekeeping(
    registered: tuple[dict[str, Kind], dict[str, timedelta]],
) -> None:
    kinds, schedules = registered
    assert kinds["jobs.prune"].function is housekeeping.prune
    assert schedules["jobs.prune"] == timedelta(days=1)
