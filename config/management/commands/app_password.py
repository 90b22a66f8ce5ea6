"""`laurel app-password`: a password for one program, printed once."""

from argparse import ArgumentParser
from typing import Any

from accounts.queries import user_by_email
from accounts.services.app_passwords import DEFAULT_SCOPES, create_app_password
from config.printing import COMMAND_LINE, JSONCommand


class Command(JSONCommand):
    help = "Create an app password. Prints JSON, once: username, password, scopes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--user", required=True, metavar="EMAIL")
        parser.add_argument("--name", required=True, help="what it is for")
        parser.add_argument("--scope", action="append", dest="scopes", help="repeatable")

    def answer(
        self, *, user: str, name: str, scopes: list[str] | None, **options: Any
    ) -> dict[str, Any]:
        owner = user_by_email(user)
        app_password, secret = create_app_password(
            actor=COMMAND_LINE, user=owner, name=name, scopes=scopes or DEFAULT_SCOPES
        )
        return {"username": owner.email, "password": secret, "scopes": app_password.scopes}
