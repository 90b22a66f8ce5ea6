"""What stands on an issuer's page beside its badges. Rooms above register their own pages here."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext

from activity.actors import Actor
from issuer.models import Issuer
from issuer.permissions import Verb, permitted


@dataclass(frozen=True)
class Link:
    """The name of a page in words; the name of its route, which takes the issuer's id; and what one
    must be permitted to do to open it.
    """

    label: str
    route: str
    verb: Verb

    def address(self, issuer: Issuer) -> str:
        return reverse(self.route, args=[issuer.entity_id])


_links: list[Link] = []


def register(label: str, route: str, verb: Verb) -> None:
    """For `AppConfig.ready()`. The label is marked for translation."""
    _links.append(Link(label, route, verb))


def links_of(issuer: Issuer, actor: Actor) -> list[tuple[str, str]]:
    """Words and address of each that the actor may open."""
    return [
        (gettext(link.label), link.address(issuer))
        for link in _links
        if permitted(actor, link.verb)(issuer)
    ]
