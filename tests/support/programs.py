"""Published client programs (tests/clients), run in an environment of their own."""

import subprocess
from pathlib import Path

from tests.support.servers import ROOT

PYTHON = ROOT / ".venv-clients" / "bin" / "python"


def use(program: str, *arguments: str | Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run `tests/clients/use_{program}.py` to its end, whatever that is."""
    assert PYTHON.exists(), "run `make test`, which installs the client programs"
    script = ROOT / "tests" / "clients" / f"use_{program}.py"
    return subprocess.run(
        [PYTHON, script, *arguments], input=stdin, capture_output=True, text=True, timeout=120
    )
