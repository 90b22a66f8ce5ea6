"""KinesinLMS as a client (clients.md 1, 2, 4): its requests, and its record of an award, which it
commits after our answer. Run as a program it awards once: it may be killed before that.
"""

import secrets
import sqlite3
import sys
from contextlib import closing

import httpx

LEARNER = "Learner@Example.org"


class KinesinLMS:
    """What it keeps in the row of its provider: an address that ends in a slash, and tokens."""

    def __init__(self, api_url: str, credentials: dict[str, str]) -> None:
        self.api_url, self.credentials = api_url, credentials
        self.access_token = self.refresh_token = ""
        self.logins = 0

    def login(self) -> None:
        answer = httpx.post(self.api_url + "o/token", data=self.credentials)
        assert answer.status_code == 200
        self.keep(answer.json())
        self.logins += 1

    def refresh(self) -> None:
        body = {
            "grant_type": "refresh_token",
            "refresh_token": self.refresh_token,
            "client_id": "public",
            "client_secret": "",
        }
        answer = httpx.post(self.api_url + "o/token", data=body)
        assert answer.status_code == 200
        self.keep(answer.json())

    def keep(self, token: dict[str, str]) -> None:
        self.access_token, self.refresh_token = token["access_token"], token["refresh_token"]
        assert max(len(self.access_token), len(self.refresh_token)) <= 200  # its columns

    def award(self, badge_class: str) -> dict:
        if not self.access_token:
            self.login()
        answer = self.send(badge_class)
        if answer.status_code == 401:
            self.login()
            answer = self.send(badge_class)
        assert answer.status_code == 201, answer.text
        made = answer.json()["result"][0]
        assert len(made["openBadgeId"]) <= 200
        assert len(made["entityId"]) <= 50
        assert len(made["image"]) <= 200
        return made

    def send(self, badge_class: str) -> httpx.Response:
        recipient = {"identity": LEARNER, "hashed": True, "type": "email"}
        return httpx.post(
            f"{self.api_url}v2/badgeclasses/{badge_class}/assertions",
            json={"recipient": recipient | {"salt": secrets.token_hex(8)}},
            headers={
                "Content-type": "application/json",
                "Authorization": f"Bearer {self.access_token}",
            },
        )


def issue(lms: KinesinLMS, badge_class: str, record: str, *, pause: bool) -> None:
    """Award as its task does: the row says IN_PROGRESS, and COMPLETE or FAILED after the answer.

    `pause`: wait for ever between the answer and that.
    """
    with closing(sqlite3.connect(record, isolation_level=None)) as rows:
        rows.execute("CREATE TABLE IF NOT EXISTS award (id INTEGER PRIMARY KEY, status, entity_id)")
        rows.execute("REPLACE INTO award VALUES (1, 'IN_PROGRESS', '')")
        lms.login()
        answer = lms.send(badge_class)
        print(answer.status_code, flush=True)
        if pause:
            sys.stdin.read()
        made = answer.json()["result"][0]["entityId"] if answer.status_code == 201 else ""
        status = "COMPLETE" if made else "FAILED"
        rows.execute("UPDATE award SET status = ?, entity_id = ?", [status, made])


def main(url: str, username: str, password: str, badge_class: str, record: str, way: str) -> None:
    lms = KinesinLMS(url, {"username": username, "password": password})
    issue(lms, badge_class, record, pause=way == "pause")


if __name__ == "__main__":
    main(*sys.argv[1:])
