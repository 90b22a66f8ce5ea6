"""What the routes of this room share: access by the table, the actor, and patience."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema_view
from rest_framework.exceptions import Throttled
from rest_framework.request import Request

from accounts.api.access import ANYBODY, ROUTES
from accounts.api.described import DESCRIBED
from accounts.throttling import Guesses, mails_to, may_mail
from activity.actors import Actor, Channel
from api.errors import v1_errors
from api.throttling import FailureThrottle
from api.views import ScopedView


class AccountsRoomView(ScopedView):
    """A route on people, named by its row in the tables of access and of descriptions."""

    def __init_subclass__(cls, *, route: str = "", **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if route:
            extend_schema_view(**DESCRIBED[route])(cls)
            cls.scopes = ROUTES[route]

    def is_for_anybody(self, request: Request) -> bool:
        return self.scopes.get(str(request.method)) == ANYBODY

    def perform_authentication(self, request: Request) -> None:
        if not self.is_for_anybody(request):
            super().perform_authentication(request)

    def check_permissions(self, request: Request) -> None:
        if not self.is_for_anybody(request):
            super().check_permissions(request)

    @property
    def actor(self) -> Actor:
        if self.is_for_anybody(self.request):
            return Actor(user=None, channel=Channel.API)
        request = self.request
        return Actor(user=request.user, channel=Channel.API, client=request.auth.client_key)


class AccountsRoomV1View(AccountsRoomView):
    """The same in the manners of v1: bare JSON, no envelope."""

    def get_exception_handler(self) -> Callable[..., Any]:
        return v1_errors


def told(input_class: Any, request: Request) -> dict[str, Any]:
    """What was sent, by our names. Raises DRF's ValidationError."""
    data = input_class(data=request.data)
    data.is_valid(raise_exception=True)
    return dict(data.validated_data)


def require_confirmation(email: str, request: Request) -> None:
    """Raises Throttled when this mailbox has had enough of what anybody can ask for."""
    name = "email_confirmation"
    if not may_mail(email, name, request._request):
        raise Throttled(wait=mails_to(email, name).wait(request._request))


def refuse_beyond(throttle: FailureThrottle | Guesses, request: Request) -> None:
    """429 with Retry-After to a peer that has used up its allowance."""
    if wait := throttle.wait(request._request):
        raise Throttled(wait=wait)
