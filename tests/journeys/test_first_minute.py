"""The first minute of a new server: one command, an address, a one-time link, an owner."""

import stat
import time
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.support.clients import connect
from tests.support.servers import PASSWORD, Server
from tests.support.visiting import Visitor, setup_link

SECOND_START = 3.0  # seconds: the promise
SLACK = 3.0  # times: machines that are busy with other tests


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory):
    server = Server(tmp_path_factory.mktemp("fresh") / "folder" / "data")
    server.data.parent.mkdir()
    try:
        yield server.boot()
    finally:
        server.close()


def take_over(link: str, server: Server, email: str) -> int:
    """The status that somebody with the link sees in the end."""
    with closing(Visitor(server)) as visitor:
        if visitor.http.get(link).status_code == 200:
            return visitor.submit(link, name="Ada", email=email, password=PASSWORD).status_code
        return 404


def test_it_prints_its_address_and_the_link(fresh: Server) -> None:
    printed = fresh.log.read_text()
    assert printed.startswith(f"Laurel is at {fresh.url}\n")
    link = setup_link(fresh)
    assert link and link.startswith(f"{fresh.url}/setup/")
    assert httpx.get(fresh.url).status_code == 200


def test_its_data_is_for_its_own_eyes(fresh: Server) -> None:
    def mode(path: Path) -> int:
        return stat.S_IMODE(path.stat().st_mode)

    assert mode(fresh.data) == 0o700
    assert mode(fresh.data / "secret-key") == 0o600
    for database in fresh.data.glob("laurel.sqlite3*"):
        assert mode(database) == 0o600


def test_the_link_makes_one_owner(fresh: Server) -> None:
    link = setup_link(fresh)
    assert link
    assert httpx.get(link + "x").status_code == 404
    assert take_over(link, fresh, "ada@example.org") == 200
    assert take_over(link, fresh, "mallory@example.org") == 404


def test_the_second_start_is_fast_and_prints_no_link(fresh: Server) -> None:
    assert fresh.stop() == 0
    began = time.monotonic()
    fresh.start()
    took = time.monotonic() - began
    print(f"second start: {took:.2f} s")
    assert took < SECOND_START * SLACK
    assert setup_link(fresh) is None


def test_the_second_start_changes_nothing(fresh: Server) -> None:
    """Fast, because there is nothing to do: neither database nor static files are written."""
    before = {path: path.stat().st_mtime_ns for path in (fresh.data / "static").rglob("*")}
    key = (fresh.data / "secret-key").read_text()
    assert fresh.stop() == 0
    fresh.start()
    after = {path: path.stat().st_mtime_ns for path in (fresh.data / "static").rglob("*")}
    assert len(after) > 10
    assert after == before
    assert (fresh.data / "secret-key").read_text() == key


def test_what_was_awarded_is_there_after_a_restart(fresh: Server) -> None:
    with connect(fresh).http as http:
        assert http.get("/v2/issuers").status_code == 200
    # The token of before is good after: the key stayed.
    token = http.headers["Authorization"]
    assert fresh.stop() == 0
    fresh.start()
    answer = httpx.get(f"{fresh.url}/v2/issuers", headers={"Authorization": token})
    assert answer.status_code == 200
