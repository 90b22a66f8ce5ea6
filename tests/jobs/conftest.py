"""What the room's tests need: a database for threads and processes, an empty registry."""

import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from jobs import registry
from jobs.registry import Kind


def pytest_collection_modifyitems(config: pytest.Config) -> None:
    """SQLite's test database is kept in memory by default, where no other process finds it."""
    database = settings.DATABASES["default"]
    if "sqlite" in database["ENGINE"] and not database.get("TEST", {}).get("NAME"):
        folder = Path(tempfile.mkdtemp(prefix="laurel-jobs-"))
        database.setdefault("TEST", {})["NAME"] = str(folder / "test.sqlite3")
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


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
