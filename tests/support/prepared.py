"""Data as the first boot of a server leaves it, made once for each version and copied from then on:
migrating takes longer than most journeys. The first boot itself is seen in test_first_minute.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

ROOT = Path(__file__).resolve().parents[2]
PREPARE = (
    "import django; django.setup();"
    "from config.preparation import collect_static, prepare_data; prepare_data(); collect_static()"
)
MADE_OF = ("*/migrations/*.py", "static/**/*.*", "config/preparation.py", "config/settings.py")


@cache
def version() -> str:
    """A digest of whatever prepared data depend on."""
    digest = hashlib.sha256((ROOT / "constraints.txt").read_bytes() + sys.version.encode())
    for pattern in MADE_OF:
        for path in sorted(ROOT.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def copy_to(data: Path) -> None:
    """A data folder of its own, with a key of its own to come."""
    shutil.copytree(folder(""), data, ignore=shutil.ignore_patterns("secret-key", ".preparing"))
    data.chmod(0o700)


def create_database(admin_url: str, name: str) -> None:
    """A PostgreSQL database of this name, copied from one that is kept beside it."""
    folder(admin_url)
    execute(admin_url, f'CREATE DATABASE "{name}" TEMPLATE "{template()}"')


def create_empty_database(admin_url: str, name: str) -> None:
    """One that a first boot is to fill."""
    execute(admin_url, f'CREATE DATABASE "{name}"')


def template() -> str:
    return f"laurel_prepared_{version()}"


def folder(admin_url: str) -> Path:
    """Where the prepared data lie; with a PostgreSQL address its template is there as well."""
    path = Path(tempfile.gettempdir()) / f"laurel-prepared-{os.getuid()}-{version()}"
    if admin_url:
        path = path.with_name(f"{path.name}-postgresql")
    with alone(path.with_suffix(".lock")):
        if admin_url and not exists(admin_url, template()):
            shutil.rmtree(path, ignore_errors=True)
            execute(admin_url, f'CREATE DATABASE "{template()}"')
        if not (path / "prepared").exists():
            shutil.rmtree(path, ignore_errors=True)
            prepare(path, {"DATABASE_URL": beside(admin_url, template())} if admin_url else {})
            (path / "prepared").touch()
    return path


def prepare(path: Path, database: Mapping[str, str]) -> None:
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment = kept | database | {
        "LAUREL_DATA": str(path), "DJANGO_SETTINGS_MODULE": "config.settings"}  # fmt: skip
    subprocess.run([sys.executable, "-c", PREPARE], cwd=ROOT, env=environment, check=True)


def beside(admin_url: str, name: str) -> str:
    """The address of another database of the same server."""
    return urlunsplit(urlsplit(admin_url)._replace(path=f"/{name}"))


def exists(admin_url: str, name: str) -> bool:
    with psycopg.connect(admin_url) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return found.fetchone() is not None


def execute(admin_url: str, statement: str) -> None:
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute(statement)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """One process at a time."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
