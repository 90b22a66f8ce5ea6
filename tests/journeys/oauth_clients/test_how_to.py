"""The programs of docs/how-to/connect-an-app.md, run as they stand there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.oauth_clients.conftest import consent
from tests.support.servers import ROOT

HERE = Path(__file__).parent
PAGE = (ROOT / "docs/how-to/connect-an-app.md").read_text()


def program(language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.M | re.S)
    return found


@pytest.mark.parametrize(
    ("language", "command"),
    [
        ("python", [sys.executable]),
        ("javascript", ["node"]),
        ("bash", ["bash", "-eu"]),
    ],
)
def test_the_whole_dance(app, person, tmp_path, language, command):
    names = {"python": "dance.py", "javascript": "dance.mjs", "bash": "dance.sh"}
    script = tmp_path / names[language]
    script.write_text(program(language))
    if language == "javascript":
        (tmp_path / "node_modules").symlink_to(HERE / "node_modules")
    with subprocess.Popen(
        [*command, script],
        env=os.environ | app.environment,
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        address = running.stdout.readline().strip()
        assert address.startswith(f"{app.server.url}/o/authorize?"), running.communicate(timeout=60)
        landed = consent(person, address, app.redirect_uri)
        printed, errors = running.communicate(f"{landed}\n", timeout=60)
    assert running.returncode == 0, errors
    assert "University" in printed
    assert printed.splitlines()[-2:] == ["refreshed: 200", "revoked: 401"]
