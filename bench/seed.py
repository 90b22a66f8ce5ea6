"""Fills a server's data with one badge class and many awards; prints its public ids as JSON."""

import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from accounts.queries import user_by_email  # noqa: E402 - once Django is set up
from activity.actors import Actor, Channel  # noqa: E402
from issuer.models import Assertion, BadgeClass  # noqa: E402
from issuer.services.award_drafts import Award  # noqa: E402
from issuer.services.awards import MAX_AT_ONCE, award  # noqa: E402

email, badge_class_id, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
actor = Actor(user=user_by_email(email), channel=Channel.COMMAND)
badge_class = BadgeClass.objects.select_related("issuer").get(entity_id=badge_class_id)
for first in range(0, count, MAX_AT_ONCE):
    numbers = range(first, min(first + MAX_AT_ONCE, count))
    awards = [Award(identity=f"person{number}@example.org") for number in numbers]
    award(actor=actor, badge_class=badge_class, awards=awards)
json.dump(list(Assertion.objects.values_list("entity_id", flat=True)), sys.stdout)
