"""`laurel oauth-app`: an application that connects by OAuth2, its secret printed once."""

from argparse import ArgumentParser
from typing import Any

from accounts.queries import user_by_email
from config.printing import COMMAND_LINE, JSONCommand
from oauth.services.applications import DEFAULT_SCOPES, GRANTS, create_application


class Command(JSONCommand):
    help = "Create an OAuth2 application. Prints JSON, once: client_id, client_secret."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--name", required=True)
        parser.add_argument("--user", required=True, metavar="EMAIL")
        parser.add_argument("--type", required=True, choices=["public", "confidential"])
        parser.add_argument(
            "--grant", required=True, action="append", dest="grants", choices=sorted(GRANTS)
        )
        parser.add_argument("--redirect", action="append", default=[], dest="redirects")
        parser.add_argument("--scope", action="append", dest="scopes", help="repeatable")

    def answer(self, *, name: str, user: str, type: str, **options: Any) -> dict[str, Any]:
        application, secret = create_application(
            actor=COMMAND_LINE,
            user=user_by_email(user),
            name=name,
            client_type=type,
            grants=options["grants"],
            redirect_uris=options["redirects"],
            scopes=options["scopes"] or DEFAULT_SCOPES,
        )
        return {"client_id": application.client_id, "client_secret": secret}
