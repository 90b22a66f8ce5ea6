"""Making LAUREL_DATA ready: folders, migrations, collected static files. Doing it twice does
nothing.
"""

import fcntl
import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from config.durability import write_durably


def prepare_data() -> None:
    """Create folders and bring the database to this version's shape. Several processes may ask at
    once.
    """
    # A folder that was there before keeps the mode that the operator gave it.
    Path(settings.LAUREL_DATA).mkdir(mode=0o700, parents=True, exist_ok=True)
    Path(settings.MEDIA_ROOT).mkdir(parents=True, exist_ok=True)
    with alone():
        if connection.vendor == "sqlite":
            # SQLite gives the files beside it the same mode.
            Path(settings.DATABASES["default"]["NAME"]).touch(mode=0o600)
        if pending_migrations():
            call_command("migrate", interactive=False, verbosity=0)


def pending_migrations() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


@contextmanager
def alone() -> Iterator[None]:
    """One process of this machine at a time."""
    with open(Path(settings.LAUREL_DATA) / ".preparing", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def collect_static() -> None:
    """Gather static files under hashed names, unless exactly these were gathered before."""
    mark = Path(settings.STATIC_ROOT) / ".collected"
    with alone():
        sources = static_sources()
        if mark.exists() and mark.read_text() == sources:
            return
        call_command("collectstatic", interactive=False, verbosity=0, stdout=io.StringIO())
        write_durably(mark, sources.encode())


def static_sources() -> str:
    """A digest of name, size and time of every static file: another version has another one."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in sorted(finder.list([]), key=lambda found: found[0]):
            facts = Path(storage.path(name)).stat()
            digest.update(f"{name} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()
