"""`laurel user`: a user with a verified address; running it again changes nothing."""

from argparse import ArgumentParser
from typing import Any

from accounts.services.people import create_user
from config.printing import COMMAND_LINE, JSONCommand


class Command(JSONCommand):
    help = "Create a user with a verified address. Prints JSON: entityId, email, created."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", required=True)
        parser.add_argument("--password", required=True)
        parser.add_argument("--name", default="")
        parser.add_argument("--admin", action="store_true", help="make an administrator")

    def answer(
        self, *, email: str, password: str, name: str, admin: bool, **options: Any
    ) -> dict[str, Any]:
        user, created = create_user(
            actor=COMMAND_LINE, email=email, password=password, name=name, administrator=admin
        )
        return {"entityId": user.entity_id, "email": user.email, "created": created}
