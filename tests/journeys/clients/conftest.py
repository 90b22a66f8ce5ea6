"""What an operator gives to the people who connect a program: one server, a user, an app password.

Programs here share the server: each makes what it needs and looks at nothing else.
"""

from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.support.clients import APIClient
from tests.support.servers import OWNER, PASSWORD, Server, running


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("laurel")) as started:
        yield started


@pytest.fixture(scope="session")
def credentials(server: Server) -> dict[str, str]:
    server.command("user", "--email", OWNER, "--password", PASSWORD, "--admin")
    made = server.command("app-password", "--user", OWNER, "--name", "LMS")
    return {"username": made["username"], "password": made["password"]}


@pytest.fixture(scope="session")
def admin(server: Server, credentials: dict[str, str]) -> Iterator[APIClient]:
    """The institution itself, before and beside its program."""
    with closing(APIClient(server.url, **credentials)) as client:
        yield client


@pytest.fixture
def issuer(admin: APIClient) -> str:
    return admin.issuer()["entityId"]


@pytest.fixture
def badge_class(admin: APIClient, issuer: str) -> str:
    return admin.badge_class(issuer)["entityId"]
