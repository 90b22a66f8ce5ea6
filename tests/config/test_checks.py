"""`laurel check` is `check --deploy`: silent behind TLS, loud without."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.support.servers import LAUREL, NOT_INHERITED, ROOT


def check(data: Path, url: str, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
    return subprocess.run(
        [*LAUREL, "check", *arguments],
        cwd=ROOT,
        env=environment | {"LAUREL_DATA": str(data / "data"), "LAUREL_URL": url} | more,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_behind_tls_the_shipped_defaults_give_no_warning(tmp_path: Path) -> None:
    done = check(tmp_path, "https://badges.example.org", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout
    assert "?" not in done.stdout + done.stderr


def test_it_is_the_check_for_deployment(tmp_path: Path) -> None:
    """Of the same settings, Django's plain check would say nothing."""
    done = check(tmp_path, "http://badges.example.org")
    assert done.returncode == 0
    assert "security.W012" in done.stderr


@pytest.mark.parametrize(
    ("url", "warned"), [("http://badges.example.org", True), ("http://localhost:8000", False)]
)
def test_plain_http_is_for_practice_alone(tmp_path: Path, url: str, warned: bool) -> None:
    done = check(tmp_path, url, "--fail-level", "WARNING")
    assert ("laurel.W001" in done.stderr) is warned
    if warned:
        assert done.returncode == 1


def test_of_the_password_grant_only_people_s_own_passwords_are_warned_of(tmp_path: Path) -> None:
    """RFC 9700 2.4 means them; app passwords are made for one program and taken back alone."""
    allowed = {"LAUREL_ALLOW_ACCOUNT_PASSWORD_GRANT": "true"}
    done = check(tmp_path, "https://badges.example.org", **allowed)
    assert done.returncode == 0
    assert re.findall(r"\w+\.[WE]\d+", done.stderr) == ["oauth2_provider.W002"]


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("LAUREL_ISSUER_CREATION", "everyone", "laurel.E001"),
        ("LAUREL_APP_CREATION", "everyone", "laurel.E001"),
        ("LAUREL_REFRESH_TOKEN_DAYS", "1", "laurel.E002"),
    ],
)
def test_a_value_that_is_none_is_an_error(
    tmp_path: Path, name: str, value: str, error: str
) -> None:
    done = check(tmp_path, "https://badges.example.org", **{name: value})
    assert done.returncode == 1
    assert error in done.stderr
    assert name in done.stderr
