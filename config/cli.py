"""The `laurel` command. `laurel X` and `python manage.py X` are the same; dashes in a command's
name are welcome.
"""

import os
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

INTERRUPTED = 130  # what shells say for a command that Ctrl-C ended


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    arguments = list(sys.argv)
    if len(arguments) > 1 and not arguments[1].startswith("-"):
        arguments[1] = arguments[1].replace("-", "_")
    if arguments[1:2] == ["up"] and not {"LAUREL_URL", "LAUREL_URL_FILE"} & os.environ.keys():
        # Settings are read once, so the port must be known to them before they are.
        os.environ["LAUREL_URL"] = f"http://localhost:{told_port(arguments)}"
    try:
        read_settings()
        execute_from_command_line(arguments)
    except (ImproperlyConfigured, PermissionError) as error:
        sys.exit(f"laurel: {error}")
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def read_settings() -> None:
    """Read them all, before anything runs. Raises ImproperlyConfigured."""
    try:
        settings.LAUREL_URL  # noqa: B018
    except ValueError as error:
        raise ImproperlyConfigured(f"A setting cannot be read: {error}") from None


def told_port(arguments: list[str]) -> str:
    """The value of `--port`, 8000 without one (or with one that is none: the command says so)."""
    told = "8000"
    for index, argument in enumerate(arguments):
        if argument.startswith("--port="):
            told = argument.removeprefix("--port=")
        if argument == "--port" and index + 1 < len(arguments):
            told = arguments[index + 1]
    return told if told.isascii() and told.isdigit() and int(told) < 65536 else "8000"
