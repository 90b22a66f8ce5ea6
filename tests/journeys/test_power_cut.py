"""The power fails: what was acknowledged is there, and no image is half. A server is traced while
it awards; the disk of every moment is built from the trace and given to SQLite.
"""

import os
import random
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.clients import APIClient, connect
from tests.support.disks import STRACE, Disk, Event, Keep, events
from tests.support.images import png
from tests.support.servers import Server
from tests.support.threads import eventually

CUTS = 20  # at moments of chance, beside one after each answer
MEDIA = "media/"
DATABASE = "laurel.sqlite3"


class Witness:
    """What a client was told, in its order: table and id, and the images it may rely on."""

    def __init__(self, client: APIClient) -> None:
        self.client = client
        self.told: list[tuple[str, str]] = []

    def act(self) -> None:
        """Everything that is acknowledged: issuer, class with its image, awards, a long list."""
        self.issuer = self.note("issuer_issuer", self.client.issuer()["entityId"])
        for colour in ("red", "blue"):
            made = self.client.badge_class(self.issuer, png(colour=colour), name=colour)
            badge_class = self.note("issuer_badgeclass", made["entityId"])
            for number in range(5):
                made = self.client.award(badge_class, f"{colour}-{number}@example.org")
                self.note("issuer_assertion", made["entityId"])
        rows = [{"recipient": {"identity": f"row-{n}@example.org"}} for n in range(1_001)]
        answer = self.client.http.post(f"/v2/badgeclasses/{badge_class}/issue", json=rows)
        assert answer.status_code == 202, answer.text
        (told,) = answer.json()["result"]
        self.note("issuer_issuance", told["entityId"])
        for number in range(10):  # while the list is worked off, and the log of SQLite taken over
            made = self.client.award(badge_class, f"beside-{number}@example.org")
            self.note("issuer_assertion", made["entityId"])
        eventually(lambda: self.state(told["statusUrl"]) == "complete", 120)

    def note(self, table: str, entity_id: str) -> str:
        self.told.append((table, entity_id))
        return entity_id

    def state(self, url: str) -> str:
        return self.client.http.get(url).json()["result"][0]["state"]


def is_acknowledgement(event: Event) -> bool:
    return (
        event.name in ("write", "writev", "sendto", "sendmsg")
        and event.handle.startswith("TCP")
        and event.texts[0].startswith((b"HTTP/1.1 201", b"HTTP/1.1 202"))
    )


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Disk, list[Event], Witness]]:
    """The disk as it was before, what happened to it, and who was told of it."""
    folder = tmp_path_factory.mktemp("power")
    server = Server(folder / "data", LAUREL_WORKERS="1")
    server.environment["DATABASE_URL"] = f"sqlite:///{server.data / DATABASE}"
    trace = folder / "trace"
    try:
        client = connect(server.start())
        server.stop()
        os.sync()
        disk = Disk(server.data)
        server.start(under=[*STRACE, "-o", str(trace)])
        with closing(client):
            witness = Witness(client)
            witness.act()
        (traced,) = server.children()
        os.kill(traced, signal.SIGTERM)
        assert server.process
        assert server.process.wait(60) == 0
        yield disk, events(trace), witness
    finally:
        server.close()


def test_whatever_the_power_cut_left_is_whole(
    past: tuple[Disk, list[Event], Witness], tmp_path: Path
) -> None:
    """After every answer, and in between: unsynced pieces all lost, all kept, or some."""
    disk, happened, witness = past
    acknowledged = [number for number, event in enumerate(happened) if is_acknowledgement(event)]
    assert len(acknowledged) == len(witness.told)
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    moments = {*acknowledged, *chance.sample(range(len(happened)), CUTS)}
    fates: list[Keep] = [lambda: False, lambda: True, lambda: chance.random() < 0.5]
    told = 0
    for number, event in enumerate(happened):
        # The answer has not left yet: what it says must be on the disk by now.
        told += number in acknowledged
        if number in moments:
            for fate in fates:
                found = disk.after_a_cut(fate)
                assert_images_are_whole(found, disk)
                assert_database_holds(found, witness.told[:told], tmp_path / DATABASE)
        disk.feel(event)
    assert disk.after_a_cut(lambda: True) == contents(disk.folder), "the trace is not the whole"


def contents(folder: Path) -> dict[str, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".sqlite3-shm"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def assert_images_are_whole(found: dict[str, bytes], disk: Disk) -> None:
    for name, content in found.items():
        path = disk.folder / name
        if name.startswith(MEDIA) and ".draft-" not in name:
            assert content == path.read_bytes(), name


def assert_database_holds(
    found: dict[str, bytes], rows: list[tuple[str, str]], place: Path
) -> None:
    for suffix in ("", "-wal", "-shm"):
        path = place.with_name(place.name + suffix)
        path.unlink(missing_ok=True)
        if DATABASE + suffix in found:
            path.write_bytes(found[DATABASE + suffix])
    with closing(sqlite3.connect(place)) as database:
        assert database.execute("PRAGMA quick_check").fetchall() == [("ok",)]
        for table, entity_id in rows:
            query = f"SELECT 1 FROM {table} WHERE entity_id = ?"  # noqa: S608
            assert database.execute(query, [entity_id]).fetchone(), f"{table} {entity_id} is lost"
        shown = "SELECT image_digest FROM issuer_badgeclass"
        for (digest,) in database.execute(shown):
            kept = [name for name in found if digest in name and ".draft-" not in name]
            assert len(kept) == 3, f"images of {digest}: {kept}"
