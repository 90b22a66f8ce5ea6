"""One server for each module, which is as before when the module has done with it."""

from collections.abc import Iterator

import pytest

from tests.support.besieged import World, peaks
from tests.support.clients import connect
from tests.support.rubbish import MEGABYTE
from tests.support.servers import Server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("laurel") / "data", LAUREL_WORKERS="1")
    try:
        yield running.start()
    finally:
        running.close()


@pytest.fixture(scope="module")
def world(server: Server) -> Iterator[World]:
    client = connect(server)
    with client.http:
        yield World(server, client)


@pytest.fixture(scope="module", autouse=True)
def as_before(world: World) -> Iterator[None]:
    """After all of it: the same processes, little more memory, and a good request works."""
    before = peaks(world.server)
    yield
    after = peaks(world.server)
    assert set(after) == set(before)
    grown = {pid: after[pid] - before[pid] for pid in after}
    assert max(grown.values()) < 256 * MEGABYTE, grown
    assert world.client.award(world.names["badge_class"], "after@example.org")["revoked"] is False
