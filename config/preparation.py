"""Making LAUREL_DATA ready: folders, migrations, collected static files. Doing it twice does
nothing.
"""

import fcntl
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def prepare_data() -> None:
    """Create folders and bring the database to this version's shape. Several processes may ask at
    once.
    """
    Path(settings.MEDIA_ROOT).mkdir(parents=True, exist_ok=True)
    with alone():
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
    """Gather static files under hashed names, unless this version's are there already."""
    call_command("collectstatic", interactive=False, verbosity=0, stdout=io.StringIO())
