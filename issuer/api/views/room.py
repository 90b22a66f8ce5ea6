"""What the routes of this room share: the actor, and objects by id within person's and token's
reach.
"""

import logging
from typing import Any

from drf_spectacular.utils import extend_schema_view
from rest_framework.request import Request

from activity.actors import Actor, Channel
from api.scopes import SERVER_ADMIN, issuer_limit
from api.views import ScopedView
from issuer import queries
from issuer.api.access import ROUTES
from issuer.api.described import DESCRIBED
from issuer.models import Assertion, BadgeClass, Issuance, Issuer

log = logging.getLogger("laurel.api")


class IssuerRoomView(ScopedView):
    """A route on issuers and what belongs to them, named by its row in the tables of access and
    of descriptions.
    """

    def __init_subclass__(cls, *, route: str = "", **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if route:
            extend_schema_view(**DESCRIBED[route])(cls)
            cls.scopes = {method: access.scopes for method, access in ROUTES[route].items()}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.auth and SERVER_ADMIN in request.auth.granted:
            log.info(
                "%s %s with rw:serverAdmin by %s of user %s",
                request.method,
                request.path,
                request.auth.client_key,
                request.user.entity_id,
            )

    @property
    def actor(self) -> Actor:
        request = self.request
        return Actor(
            user=request.user,
            channel=Channel.API,
            client=request.auth.client_key,
            issuer_limit=issuer_limit(request.auth.granted),
            administrator=SERVER_ADMIN in request.auth.granted,
        )

    def reached(self, rows: Any, entity_id: str) -> Any:
        """The object, if the person may see it (else 404) and the token reaches it (else 403)."""
        found = rows.get(entity_id=entity_id)
        self.check_object_permissions(self.request, found)
        return found

    def issuer(self, entity_id: str) -> Issuer:
        return self.reached(queries.issuers_of(self.actor), entity_id)

    def badge_class(self, entity_id: str) -> BadgeClass:
        return self.reached(queries.badge_classes_of(self.actor), entity_id)

    def issuance(self, entity_id: str) -> Issuance:
        return self.reached(queries.issuances_of(self.actor), entity_id)

    def assertion(self, entity_id: str) -> Assertion:
        return self.reached(queries.assertions_of(self.actor), entity_id)
