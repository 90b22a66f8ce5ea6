"""An API client as an integration would write it: app password in, token out, three calls to an
award.
"""

from contextlib import closing
from typing import Any

import httpx

from tests.support.images import data_uri, png
from tests.support.servers import OWNER, Server
from tests.support.visiting import Visitor

SCOPES = ("rw:profile", "rw:issuer", "rw:backpack")


class APIClient:
    def __init__(self, url: str, username: str, password: str) -> None:
        self.url, self.credentials = url, {"username": username, "password": password}
        self.token = self.new_token()
        bearer = {"Authorization": f"Bearer {self.token['access_token']}"}
        self.http = httpx.Client(base_url=url, timeout=60, headers=bearer)
        self.username = username

    def new_token(self) -> dict[str, Any]:
        answer = httpx.post(f"{self.url}/o/token", data=self.credentials, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def close(self) -> None:
        self.http.close()

    def create(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self.http.post(path, json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()["result"][0]

    def issuer(self, name: str = "University") -> dict[str, Any]:
        body = {"name": name, "email": self.username, "url": "https://university.example"}
        return self.create("/v2/issuers", body)

    def badge_class(self, issuer: str, image: bytes | None = None, **more: Any) -> dict[str, Any]:
        body = {
            "name": "First steps",
            "description": "Took the **first** steps",
            "image": data_uri(image or png()),
            "criteriaNarrative": "Take a step.",
        }
        return self.create(f"/v2/issuers/{issuer}/badgeclasses", body | more)

    def award(self, badge_class: str, identity: str, **more: Any) -> dict[str, Any]:
        body = {"recipient": {"identity": identity}} | more
        return self.create(f"/v2/badgeclasses/{badge_class}/assertions", body)


def connect(server: Server) -> APIClient:
    """A client for the owner of a server, set up now or before. Through its pages: the commands
    take far longer, and the README's are seen in tests/journeys/test_readme.py.
    """
    with closing(Visitor(server)) as visitor:
        visitor.become_owner()
        return APIClient(server.url, OWNER, visitor.app_password("tests", *SCOPES))
