"""From a bare clone to a serving server in one command, as the README promises."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from tests.support.servers import NOT_INHERITED, ROOT, free_port

INSTALLING = 600  # seconds of patience: a slow registry is no failure of ours
STARTING = 30


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not (ROOT / ".git").exists():
        pytest.skip("only a checkout can be cloned: this is an unpacked archive")
    folder = tmp_path_factory.mktemp("stranger") / "laurel"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(folder)], check=True)
    return folder


def make_run(clone: Path, patience: float) -> float:
    """Seconds until `make run` answers on a free port. Stops it, and all it started, afterwards."""
    port = free_port()
    unwanted = NOT_INHERITED | {"LAUREL_DATA", "LAUREL_URL", "DATABASE_URL", "VIRTUAL_ENV"}
    environment = {name: value for name, value in os.environ.items() if name not in unwanted}
    begun = time.monotonic()
    process = subprocess.Popen(
        ["make", "run", f"ARGS=--port {port}"],
        cwd=clone,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        while time.monotonic() - begun < patience:
            with suppress(httpx.HTTPError):
                if httpx.get(f"http://localhost:{port}/healthz").status_code == 200:
                    return time.monotonic() - begun
            assert process.poll() is None, process.communicate()[0].decode()[-2000:]
            time.sleep(0.05)
        raise AssertionError("make run does not answer")
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.communicate(timeout=60)


def test_one_command_from_a_clone_to_a_server(clone: Path):
    make_run(clone, INSTALLING)
    assert (clone / "data" / "laurel.sqlite3").exists()
    installed = (clone / ".venv" / ".ready").stat().st_mtime_ns
    seconds = make_run(clone, STARTING)
    print(f"second start: {seconds:.2f} s")
    assert (clone / ".venv" / ".ready").stat().st_mtime_ns == installed, "it installs every time"
    status = ["git", "status", "--porcelain"]
    changed = subprocess.run(status, cwd=clone, capture_output=True, text=True, check=True)
    assert changed.stdout == "", "running leaves traces in the checkout"
