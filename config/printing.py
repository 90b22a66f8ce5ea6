"""Commands that programs read: JSON alone on stdout, errors as one sentence on stderr."""

import json
from abc import abstractmethod
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.core.management.base import BaseCommand, CommandError

from activity.actors import Actor, Channel
from config.preparation import prepare_data

COMMAND_LINE = Actor(user=None, channel=Channel.COMMAND)


class JSONCommand(BaseCommand):
    """Prepares the data first, so that any command may be the first one. Prints what `answer`
    returns.
    """

    requires_system_checks = []  # a person's command, not a deployment check

    def handle(self, *args: Any, **options: Any) -> None:
        prepare_data()
        try:
            result = self.answer(**options)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        except ObjectDoesNotExist:
            raise CommandError("There is no user with this address.") from None
        self.stdout.write(json.dumps(result))

    @abstractmethod
    def answer(self, **options: Any) -> dict[str, Any]:
        """Do the work and return what is printed. Raises ValidationError, ObjectDoesNotExist."""
