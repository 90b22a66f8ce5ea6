"""Which scopes an application may be granted, for django-oauth-toolkit."""

from typing import Any

from oauth2_provider.scopes import BaseScopes

from api.scopes import ADMINISTRATION, BADGE_CONNECT, SCOPES, is_known_scope, is_within
from oauth.models import Application

DEFAULT = "r:profile"


class Scopes(BaseScopes):
    def get_all_scopes(self) -> dict[str, str]:
        return SCOPES | BADGE_CONNECT | ADMINISTRATION

    def get_available_scopes(
        self, application: Application | None = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        """What this application may be granted: its own scopes, and of those asked the lesser ones.

        `rw:issuer:*` is nothing to be granted: it allows any one issuer named in the request.
        """
        if application is None:
            return []
        allowed = application.permitted_scopes
        asked = getattr(request, "scopes", None) or []
        return [
            *filter(is_known_scope, allowed),
            *(scope for scope in asked if is_within(scope, allowed)),
        ]

    def get_default_scopes(
        self, application: Application | None = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        return [DEFAULT]
