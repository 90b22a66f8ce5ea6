"""`laurel bootstrap`: the first administrator, without questions; running it again changes
nothing.
"""

from argparse import ArgumentParser
from typing import Any

from accounts.services.people import create_user
from config.printing import COMMAND_LINE, JSONCommand


class Command(JSONCommand):
    help = "Create the first administrator. Prints JSON: entityId, email, created."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", required=True)
        parser.add_argument("--password", required=True)
        parser.add_argument("--name", default="")

    def answer(self, *, email: str, password: str, name: str, **options: Any) -> dict[str, Any]:
        user, created = create_user(
            actor=COMMAND_LINE, email=email, password=password, name=name, administrator=True
        )
        return {"entityId": user.entity_id, "email": user.email, "created": created}
