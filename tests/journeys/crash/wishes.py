"""What clients want, and the ledger of what the server acknowledged. Each wish has recipients and
an Idempotency-Key of its own; one whose answer was lost is asked for again, as careful clients do.
"""

import json
import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LONG_LIST = 10_000
SHORT_LIST = 1_001  # one more than is awarded at once


@dataclass(frozen=True)
class AwardWish:
    """One award. Each eighth is mirrored, each eighth is mailed."""

    number: int

    @property
    def key(self) -> str:
        return f"award-{self.number}"

    @property
    def identity(self) -> str:
        return f"recipient-{self.number}@example.org"

    @property
    def mirrored(self) -> bool:
        return self.number % 8 == 0

    @property
    def mailed(self) -> bool:
        return self.number % 8 == 4

    def body(self) -> dict[str, Any]:
        return {"recipient": {"identity": self.identity}, "notify": self.mailed}


@dataclass(frozen=True)
class ListWish:
    """A list that is accepted with 202 and worked off by a job."""

    number: int
    rows: int

    @property
    def key(self) -> str:
        return f"list-{self.number}"

    def identities(self) -> list[str]:
        return [f"list-{self.number}-{row}@example.org" for row in range(self.rows)]

    def body(self) -> list[dict[str, Any]]:
        return [{"recipient": {"identity": identity}} for identity in self.identities()]


Wish = AwardWish | ListWish


class Ledger:
    """What was acknowledged: on disk before anything else is asked for."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file = path.open("a")
        self.lock = threading.Lock()
        self.known: dict[str, str] = {}

    def write(self, wish: Wish, entity_id: str) -> None:
        with self.lock:
            self.file.write(json.dumps({"wish": wish.key, "made": entity_id}) + "\n")
            self.file.flush()
            os.fsync(self.file.fileno())
            known = self.known.setdefault(wish.key, entity_id)
        assert known == entity_id, f"two answers to {wish.key}"

    def read(self) -> dict[str, str]:
        """What each wish brought, as the disk has it."""
        self.file.close()
        lines = [json.loads(line) for line in self.path.read_text().splitlines()]
        return {line["wish"]: line["made"] for line in lines}
