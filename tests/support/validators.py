"""The official Open Badges validator, asked in its own environment."""

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.support.servers import ROOT

PYTHON = ROOT / ".venv-validator" / "bin" / "python"
SCRIPT = ROOT / "tests" / "validator" / "verify.py"


def report(kind: str, badge: str | Path, recipient: dict[str, Any] | None = None) -> dict[str, Any]:
    """`kind` is `url` or `file`. The report has `valid`, `errorCount`, `warningCount`,
    `messages`.
    """
    assert PYTHON.exists(), "run `make test`, which installs the official validator"
    command = [PYTHON, SCRIPT, kind, str(badge), json.dumps(recipient)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
