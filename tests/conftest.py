"""Fixtures of the whole suite."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.clients import APIClient, connect
from tests.support.servers import Server


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path: Path) -> None:
    """In-process tests store files in a folder of their own."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.mkdir()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server, one for each module that asks."""
    running = Server(tmp_path_factory.mktemp("laurel") / "data")
    try:
        yield running.start()
    finally:
        running.close()


@pytest.fixture(scope="module")
def client_of_server(server: Server) -> Iterator[APIClient]:
    """Its first administrator's API client."""
    with closing(connect(server)) as client:
        yield client
