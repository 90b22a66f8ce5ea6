"""`laurel mirror`: copying awards to a remote badge service: add, list, test, retry, reconcile,
remove.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import (
    MultipleObjectsReturned,
    ObjectDoesNotExist,
    ValidationError,
)

from config.printing import COMMAND_LINE, JSONCommand
from issuer.models import BadgeClass
from mirror import queries
from mirror.adapters import ADAPTERS
from mirror.contract import RemoteError
from mirror.diagnosis import problem_of
from mirror.models import BadgeProvider, State
from mirror.services.holding import opaque
from mirror.services.providers import (
    ProviderFields,
    choose_badge_class,
    remove_provider,
    retry,
    save_provider,
)
from mirror.services.reconciling import reconcile

ACTIONS = ("add", "list", "test", "retry", "reconcile", "remove")
NEEDED = ("type", "name", "slug", "url", "issuer_entity_id")
FAILURES_TOLD = 20


class Command(JSONCommand):
    help = "Copy awards to a remote badge service. Prints JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=ACTIONS)
        parser.add_argument("--slug", default="", help="the mirror's short name; else: all of them")
        parser.add_argument("--type", choices=sorted(ADAPTERS))
        parser.add_argument("--name")
        parser.add_argument("--url", help="the remote's API")
        parser.add_argument("--issuer-entity-id", metavar="REMOTE", help="the remote's issuer")
        parser.add_argument("--issuer", default="", metavar="LOCAL", help="else: the only one")
        parser.add_argument("--all-classes", action="store_true", help="those to come, too")
        parser.add_argument(
            "--badge-class", action="append", default=[], metavar="LOCAL[=REMOTE]", dest="classes"
        )
        parser.add_argument("--username", help="else: BADGE_PROVIDER_USERNAME")
        parser.add_argument("--password", help="else: BADGE_PROVIDER_PASSWORD")

    def handle(self, *args: Any, **options: Any) -> None:
        self.well = True
        super().handle(*args, **options)
        if not self.well:
            sys.exit(1)

    def answer(self, *, action: str, slug: str, **options: Any) -> dict[str, Any]:
        try:
            return getattr(self, action)(slug=slug, **options)
        except BadgeProvider.DoesNotExist:
            raise ValidationError(f"There is no mirror {slug}.") from None

    def add(self, **options: Any) -> dict[str, Any]:
        missing = [name for name in NEEDED if not options[name]]
        if missing:
            told = ", ".join(f"--{name.replace('_', '-')}" for name in missing)
            raise ValidationError(f"Adding a mirror needs {told}.")
        fields: ProviderFields = {
            "type": options["type"],
            "name": options["name"],
            "api_url": options["url"],
            "issuer_entity_id": options["issuer_entity_id"],
            "issuer": the_issuer(options["issuer"]),
            "all_classes": options["all_classes"],
        }
        if options["username"]:
            fields["username"] = options["username"]
        if options["password"]:
            fields["password"] = options["password"]
        classes = [chosen(told) for told in options["classes"]]
        actor = COMMAND_LINE
        provider, created = save_provider(actor=actor, slug=options["slug"], fields=fields)
        for badge_class, remote_id in classes:
            choose_badge_class(
                actor=actor, provider=provider, badge_class=badge_class, remote_id=remote_id
            )
        return described(provider) | {"created": created}

    def list(self, *, slug: str, **options: Any) -> dict[str, Any]:
        return {"mirrors": [described(each) | progress(each) for each in queries.providers(slug)]}

    def test(self, *, slug: str, **options: Any) -> dict[str, Any]:
        problems = {each.slug: problem_of(each) for each in queries.providers(slug)}
        self.well = not any(problems.values())
        mirrors = [
            {"slug": slug, "ok": not problem, "problem": problem or None}
            for slug, problem in problems.items()
        ]
        return {"ok": self.well, "mirrors": mirrors}

    def retry(self, *, slug: str, **options: Any) -> dict[str, Any]:
        retried = {each.slug: retry(each) for each in queries.providers(slug)}
        return {"retried": sum(retried.values()), "mirrors": retried}

    def reconcile(self, *, slug: str, **options: Any) -> dict[str, Any]:
        return {"mirrors": [self.compared(each) for each in queries.providers(slug)]}

    def compared(self, provider: BadgeProvider) -> dict[str, Any]:
        try:
            compared = reconcile(provider)
            found: dict[str, Any] = compared.numbers()
            if compared.problems:
                self.well = False
                found |= {"problem": " ".join(compared.problems)}
        except RemoteError as error:
            self.well = False
            found = {"problem": opaque(str(error))}
        return {"slug": provider.slug} | found

    def remove(self, *, slug: str, **options: Any) -> dict[str, Any]:
        if not slug:
            raise ValidationError("Removing a mirror needs --slug.")
        (provider,) = queries.providers(slug)
        remove_provider(actor=COMMAND_LINE, provider=provider)
        return {"removed": slug}


def the_issuer(entity_id: str) -> Any:
    try:
        return queries.local_issuer(entity_id)
    except MultipleObjectsReturned:
        raise ValidationError("There are several issuers: name one with --issuer.") from None
    except ObjectDoesNotExist:
        raise ValidationError(f"There is no issuer {entity_id}".rstrip() + " here.") from None


def chosen(told: str) -> tuple[BadgeClass, str]:
    """A badge class of ours, and the id of the remote one where it is named."""
    entity_id, _, remote_id = told.partition("=")
    badge_class = queries.local_badge_class(entity_id)
    if badge_class is None:
        raise ValidationError(f"There is no badge class {entity_id} here.")
    return badge_class, remote_id


def described(provider: BadgeProvider) -> dict[str, Any]:
    return {
        "slug": provider.slug,
        "name": provider.name,
        "type": provider.type,
        "url": provider.api_url,
        "issuer": provider.issuer.entity_id,
        "issuerEntityId": provider.issuer_entity_id,
        "allClasses": provider.all_classes,
    }


def progress(provider: BadgeProvider) -> dict[str, Any]:
    counts = queries.counts(provider)
    return {
        "badgeClasses": states(queries.badge_classes(provider), "badge_class"),
        "awards": {state: counts[state] for state in State.values},
        "failed": states(queries.failed(provider)[:FAILURES_TOLD], "assertion"),
        "heldUp": states(queries.held_up(provider)[:FAILURES_TOLD], "assertion"),
        "restingUntil": provider.resting_until and provider.resting_until.isoformat(),
        "lastError": provider.last_error,
    }


def states(rows: Iterable[Any], kind: str) -> list[dict[str, Any]]:
    return [
        {
            "entityId": getattr(row, kind).entity_id,
            "remoteId": row.remote_id,
            "state": row.state,
            "attempts": row.attempts,
            "httpStatus": row.http_status,
            "lastError": row.last_error,
        }
        for row in rows
    ]
