"""The README's own lines, run as they stand against a fresh server, award a badge that verifies."""

import re
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.support.servers import ROOT, Server
from tests.support.validators import report

BLOCKS = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_the_first_badge(server: Server, tmp_path: Path, kind: str):
    lines = "\n".join(block for block in BLOCKS if "make " not in block)
    script = lines.replace("http://localhost:8000", server.url).replace(
        "first-steps.png", f"first-steps.{kind}"
    )
    script = script.replace("badge.png", str(tmp_path / f"badge.{kind}"))
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", f'{script}\necho; echo "AWARD=$AWARD"'],
        cwd=ROOT,
        env=server.environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "<title>First steps · My University</title>" in done.stdout
    award = done.stdout.rpartition("AWARD=")[2].strip()
    assert httpx.get(award).json()["type"] == "Assertion"
    assert report("url", award, {"email": "grace@example.org"})["valid"]
    assert report("file", tmp_path / f"badge.{kind}")["valid"]


def test_it_says_how_to_run_and_how_to_test():
    assert "make run\n" in BLOCKS[0]
    assert "make test\n" in BLOCKS[1]
