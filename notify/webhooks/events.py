"""Which acts are told, and what they are called outside: the one table. Other acts are not told."""

from issuer.permissions import Verb

EVENTS: dict[str, str] = {
    Verb.AWARD: "assertion.created",
    Verb.UPDATE_ASSERTION: "assertion.updated",
    Verb.REVOKE: "assertion.revoked",
    Verb.CREATE_BADGE_CLASS: "badgeclass.created",
    Verb.UPDATE_BADGE_CLASS: "badgeclass.updated",
    Verb.DELETE_BADGE_CLASS: "badgeclass.deleted",
    Verb.UPDATE_ISSUER: "issuer.updated",
    Verb.CHANGE_STAFF: "issuer.staff_changed",
}
TYPES = tuple(EVENTS.values())
TEST = "webhook.test"
