"""Who may do what with webhooks: the one table of these routes, as issuer.api.access has it. Their
addresses and logs are for owners alone: an address may hold a secret.
"""

from issuer.api.access import WRITE_ONE, Access
from issuer.permissions import Verb

MANAGE = Access(WRITE_ONE, Verb.MANAGE_WEBHOOKS)

ROUTES: dict[str, dict[str, Access]] = {
    "/v2/issuers/{entity_id}/webhooks": {"GET": MANAGE, "POST": MANAGE},
    "/v2/webhooks/{entity_id}": {"GET": MANAGE, "PUT": MANAGE, "DELETE": MANAGE},
    "/v2/webhooks/{entity_id}/secret": {"POST": MANAGE},
    "/v2/webhooks/{entity_id}/test": {"POST": MANAGE},
    "/v2/webhooks/{entity_id}/deliveries": {"GET": MANAGE},
    "/v2/webhooks/{entity_id}/deliveries/{event_id}/replay": {"POST": MANAGE},
}
