"""Every setting and every command is documented, and nothing is that does not exist."""

import re
from importlib import import_module
from pathlib import Path

import pytest
from django.core.management import load_command_class

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = sorted(
    path.stem.replace("_", "-") for path in (ROOT / "config/management/commands").glob("[a-z]*.py")
)


def test_settings_in_code_and_in_docs_are_the_same() -> None:
    source = (ROOT / "config/settings.py").read_text()
    read = set(re.findall(r"\benv(?:\.\w+)?\(\s*[\"']([A-Z_]+)[\"']", source))
    documented = re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs/settings.md").read_text(), re.M)
    assert "LAUREL_URL" in read
    assert sorted(documented) == sorted(read)


def test_no_other_module_reads_the_environment() -> None:
    """One place for settings: elsewhere only what processes of ours tell one another."""
    allowed = {"LAUREL_URL", "LAUREL_URL_FILE"}  # written by `up --port` before they are read
    allowed |= {"DJANGO_SETTINGS_MODULE", "LAUREL_PARENT_PID"}
    rooms = ["accounts", "activity", "api", "config", "issuer", "jobs", "mirror", "net", "notify",
             "oauth", "public"]  # fmt: skip
    for room in rooms:
        for path in (ROOT / room).rglob("*.py"):
            for line in path.read_text().splitlines():
                if "os.environ" in line or "os.getenv" in line:
                    named = set(re.findall(r"[\"']([A-Z_]{4,})[\"']", line))
                    assert named <= allowed, f"{path}: {line}"


def test_commands_in_code_and_in_docs_are_the_same() -> None:
    text = (ROOT / "docs/commands.md").read_text()
    documented = re.findall(r"^\| `laurel ([a-z-]+)", text, re.M)
    assert sorted(documented) == COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
def test_the_options_of_a_command_are_documented(name: str) -> None:
    module = name.replace("-", "_")
    text = (ROOT / "docs/commands.md").read_text()
    (row,) = [line for line in text.splitlines() if line.startswith(f"| `laurel {name}")]
    own = import_module(f"config.management.commands.{module}").__doc__
    assert own and own.startswith(f"`laurel {name}`")
    parser = load_command_class("config", module).create_parser("laurel", module)
    inherited = {"--version", "--verbosity", "--settings", "--pythonpath", "--traceback", "--help",
                 "--no-color", "--force-color", "--skip-checks"}  # fmt: skip
    if name == "check":  # the rest is Django's own
        inherited |= {"--tag", "--list-tags", "--deploy", "--database", "--format"}
    options = {option for option in parser._option_string_actions if option.startswith("--")}
    assert {option for option in options - inherited if f"{option}" not in row} == set()
    assert set(re.findall(r"--[a-z-]+", row)) <= options
