"""Fixtures of the whole suite."""

from collections.abc import Iterator
from contextlib import closing
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps

from oauth.models import PUBLIC_CLIENT_ID, Application
from tests.support.clients import APIClient, connect
from tests.support.servers import Server, running


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
