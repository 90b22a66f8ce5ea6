"""The `laurel` command. `laurel X` and `python manage.py X` are the same; dashes in a command's
name are welcome.
"""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    arguments = list(sys.argv)
    if len(arguments) > 1 and not arguments[1].startswith("-"):
        arguments[1] = arguments[1].replace("-", "_")
    if arguments[1:2] == ["up"] and "LAUREL_URL" not in os.environ:
        # Settings are read once, so the port must be known to them before they are.
        os.environ["LAUREL_URL"] = f"http://localhost:{told_port(arguments)}"
    execute_from_command_line(arguments)


def told_port(arguments: list[str]) -> str:
    """The value of `--port`, 8000 without one."""
    for index, argument in enumerate(arguments):
        if argument.startswith("--port="):
            return argument.removeprefix("--port=")
        if argument == "--port" and index + 1 < len(arguments):
            return arguments[index + 1]
    return "8000"
