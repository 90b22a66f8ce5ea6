"""Fixtures of the whole suite."""

from collections.abc import Iterator
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.contenttypes.management import create_contenttypes
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.backends.postgresql.operations import DatabaseOperations
from django.db.models.signals import post_migrate

from oauth.models import PUBLIC_CLIENT_ID, Application
from tests.support.clients import APIClient, connect
from tests.support.servers import Server, running


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> None:
    """The tables are there. Whenever a transactional test has emptied them, Django would make all
    permissions anew, which takes longer than most tests and which nobody here asks for.
    """
    post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
    post_migrate.disconnect(create_contenttypes)
    if connection.vendor == "postgresql":
        DatabaseOperations.sql_flush = deletions  # type: ignore[method-assign]


def deletions(operations: Any, style: Any, tables: list[str], **_options: Any) -> list[str]:
    """Of a few rows: TRUNCATE, which Django would use, makes each table's files anew."""
    return [f"DELETE FROM {operations.quote_name(table)}" for table in tables]  # noqa: S608


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path: Path) -> None:
    """In-process tests store files in a folder of their own."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.mkdir()


@pytest.fixture(autouse=True)
def rows_of_migrations(request: pytest.FixtureRequest) -> None:
    """A transactional test leaves empty tables; what a migration put there is put back."""
    marker = request.node.get_closest_marker("django_db")
    if marker or "db" in request.fixturenames:
        transactional = marker and marker.kwargs.get("transaction")
        request.getfixturevalue("transactional_db" if transactional else "db")
        ContentType.objects.clear_cache()
        if not Application.objects.filter(client_id=PUBLIC_CLIENT_ID).exists():
            import_module("oauth.migrations.0002_public_client").create(apps, None)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server, one for each module that asks."""
    with running(tmp_path_factory.mktemp("laurel")) as started:
        yield started


@pytest.fixture(scope="module")
def client_of_server(server: Server) -> Iterator[APIClient]:
    """Its first administrator's API client."""
    with closing(connect(server)) as client:
        yield client


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Journeys first: they wait for much, and at the end there would be nothing to do meanwhile."""
    items.sort(key=lambda item: not item.nodeid.startswith("tests/journeys/"))
