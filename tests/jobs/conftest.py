"""What the room's tests need: an empty registry."""

from datetime import timedelta

import pytest

from jobs import registry
from jobs.registry import Kind


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> tuple[dict[str, Kind], dict[str, timedelta]]:
    """Empties the registry for a test; gives what the server itself had registered."""
    kinds, schedules = registry._kinds, registry._schedules
    monkeypatch.setattr(registry, "_kinds", {})
    monkeypatch.setattr(registry, "_schedules", {})
    return kinds, schedules


@pytest.fixture
def ran() -> list[str]:
    """The ids for which the kind "note" ran, in order. Asking for this registers it."""
    seen: list[str] = []
    registry.handler("note", max_attempts=3)(lambda payload: seen.append(payload["id"]))
    return seen
