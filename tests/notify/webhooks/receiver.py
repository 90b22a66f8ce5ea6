"""A program on loopback that takes events, and fails in every way it is told to."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any

from tests.mirror.remote import Fault, Handler, RemoteBadgr


@dataclass(frozen=True)
class Received:
    """One request, as it came."""

    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def told(self) -> dict[str, Any]:
        return json.loads(self.body)

    def is_signed_with(self, secret: str) -> bool:
        """The standard's own recipe, written down a second time."""
        key = base64.b64decode(secret.split("_", 1)[1])
        signed = b".".join(
            [self.id.encode(), self.headers["webhook-timestamp"].encode(), self.body]
        )
        wanted = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        return wanted in self.headers["webhook-signature"].split(" ")


class Receiver(RemoteBadgr):
    """What it took is in `taken`; `asked` counts every request."""

    def __init__(self) -> None:
        super().__init__()
        self.taken: list[Received] = []

    def answer(self, handler: Handler, body: bytes) -> tuple[int, Any]:
        headers = {name.lower(): value for name, value in handler.headers.items()}
        self.taken.append(Received(headers, body))
        return 200, {}

    def fails(self, *faults: Fault) -> None:
        self.fail("POST", "", *faults)

    @property
    def types(self) -> list[str]:
        return [received.told["type"] for received in self.taken]
