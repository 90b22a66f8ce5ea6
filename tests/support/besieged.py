"""A server that gets bad input: what a request costs it, and what it has stored."""

import json
import os
import re
import time
from pathlib import Path
from typing import Any

import httpx

from tests.support.clients import APIClient
from tests.support.envelopes import failure_of
from tests.support.routes import Route
from tests.support.servers import Server
from tests.support.stores import everything

TICKS = os.sysconf("SC_CLK_TCK")


class World:
    """A server with something to lose, and what a request costs it."""

    def __init__(self, server: Server, client: APIClient) -> None:
        self.server, self.client, self.processes = server, client, server.group()
        issuer = client.issuer()["entityId"]
        badge_class = client.badge_class(issuer)["entityId"]
        assertion = client.award(badge_class, "ada@example.org")["entityId"]
        # Of what never happens here: a webhook that is told something changes by itself.
        hook = {"url": "http://127.0.0.1:1/", "events": ["badgeclass.deleted"]}
        webhook = client.create(f"/v2/issuers/{issuer}/webhooks", hook)["entityId"]
        self.names = {"issuer": issuer, "badge_class": badge_class, "assertion": assertion}
        self.names["webhook"] = webhook
        self.names["issuance"] = self.finished_list()

    def finished_list(self) -> str:
        """A list of awards that a job has worked off."""
        rows = [{"recipient": {"identity": f"p{number}@example.org"}} for number in range(1001)]
        path = f"/v2/badgeclasses/{self.names['badge_class']}/issue"
        started = self.client.http.post(path, json=rows).json()["result"][0]
        deadline = time.monotonic() + 120
        while self.client.http.get(started["statusUrl"]).json()["result"][0]["done"] < 1001:
            assert time.monotonic() < deadline
            time.sleep(0.2)
        return str(started["entityId"])

    def filled(self, text: str) -> str:
        for name, entity_id in self.names.items():
            text = text.replace(f"{{{name}}}", entity_id)
        return text

    def body(self, route: Route) -> Any:
        return json.loads(self.filled(json.dumps(route.body)))

    def send(
        self, route: Route, content: bytes, content_type: str = "application/json"
    ) -> httpx.Response:
        headers = {"Content-Type": content_type} if content_type else {}
        before = self.work()
        path = self.filled(route.path)
        answer = self.client.http.request(route.method, path, content=content, headers=headers)
        assert self.work() - before < 1.0, f"{self.work() - before:.2f} s"
        return answer

    def upload(self, route: Route, **files: tuple[str, bytes, str]) -> httpx.Response:
        """The texts of the route's body, and these files, as a multipart form."""
        texts = {name: text for name, text in self.body(route).items() if isinstance(text, str)}
        form = {name: text for name, text in texts.items() if name not in files}
        request = httpx.Request(route.method, "http://form", data=form, files=files)
        return self.send(route, request.read(), request.headers["Content-Type"])

    def refused(self, answer: httpx.Response, *statuses: int) -> None:
        assert answer.status_code in (statuses or {400, 413, 415}), answer.text[:500]
        assert answer.headers["Content-Type"] == "application/json"
        if answer.request.url.path.startswith("/v1/"):  # bare, without the envelope
            assert answer.json()
        else:
            failure_of(answer, answer.status_code)

    def stored(self) -> dict[str, list[str]]:
        return everything(self.server)

    def work(self) -> float:
        """Seconds that the server's processes have computed."""
        stats = [Path(f"/proc/{pid}/stat").read_text() for pid in self.processes]
        fields = [stat.rpartition(")")[2].split() for stat in stats]
        return sum(int(user) + int(system) for user, system in (f[11:13] for f in fields)) / TICKS


def peaks(server: Server) -> dict[int, int]:
    """The most bytes that each process ever held."""
    statuses = {pid: Path(f"/proc/{pid}/status").read_text() for pid in server.group()}
    return {
        pid: int(re.search(r"VmHWM:\s+(\d+)", text)[1]) * 1024 for pid, text in statuses.items()
    }
