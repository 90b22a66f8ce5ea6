"""/v2/auth/forgot-password: whether anybody has an address is answered, and takes work, alike."""

from urllib.parse import quote

from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.inputs import ForgottenInput, NewPasswordInput
from accounts.api.views.room import AccountsRoomView, refuse_beyond, told
from accounts.links import user_of_reset_token
from accounts.queries import address_of_account
from accounts.services.mail import send_later
from accounts.services.people import reset_password
from accounts.throttling import RESETS, WRONG_LINKS, may_mail
from activity.actors import Actor, Channel
from api.envelope import success


class ForgottenView(AccountsRoomView, route="/v2/auth/forgot-password"):
    def get(self, request: Request) -> HttpResponseRedirect:
        """The link of Badgr's mails; `a`, which names a front end there, is not needed."""
        token = request.query_params.get("token", "")
        page = reverse("account_reset_password")
        return HttpResponseRedirect(f"{page}key/{quote(token, safe='')}/" if token else page)

    def post(self, request: Request) -> Response:
        email = told(ForgottenInput, request)["email"]
        refuse_beyond(RESETS, request)
        RESETS.record_failure(request._request)
        name = "password_reset_key"
        if may_mail(email, name, request._request):
            send_later(name, address=address_of_account(email))
        return success([{}])

    def put(self, request: Request) -> Response:
        wanted = told(NewPasswordInput, request)
        user = user_of_reset_token(wanted["token"])
        if user is None:
            refuse_beyond(WRONG_LINKS, request)
            WRONG_LINKS.record_failure(request._request)
            raise Http404
        actor = Actor(user=user, channel=Channel.API)
        reset_password(actor=actor, user=user, password=wanted["password"])
        return success([{}])
