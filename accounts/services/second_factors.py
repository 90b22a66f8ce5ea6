"""Second factors that their owner has lost. Who still has them changes them by the pages."""

from allauth.mfa.models import Authenticator
from django.db import transaction

from accounts.models import User
from accounts.queries import primary_address
from accounts.services.mail import send_later
from activity.actors import Actor
from activity.services import record
from activity.subjects import Subject


@transaction.atomic
def remove_second_factors(*, actor: Actor, user: User) -> None:
    """Take authenticator app, recovery codes and passkeys away: the password alone opens the
    account again. Its owner hears of it by mail.
    """
    removed, _ = Authenticator.objects.filter(user=user).delete()
    if removed:
        record("user.second-factors-removed", Subject("user", user.entity_id), actor=actor)
        send_later("second_factors_removed", address=primary_address(user))
