"""`/unsubscribe/{token}/`: no more mails. For whoever has the link; nobody signs in. A GET, which
any scanner of mails makes, changes nothing; a POST needs no cookie (RFC 8058).
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from accounts.web.acting import actor
from issuer.models import Issuer, Recipient
from notify.mail.links import subscription_of
from notify.mail.queries import unsubscribed_from
from notify.mail.services.subscriptions import subscribe_again, unsubscribe

# What a button or a mail program may ask for; anything else means the first.
NONE_OF_ISSUER, NONE_AT_ALL, AGAIN = "none-of-issuer", "none-at-all", "again"


@method_decorator([csrf_exempt, never_cache], name="dispatch")
class UnsubscribeView(View):
    http_method_names = ["get", "head", "post"]

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        found = subscription_of(token)
        return page(request, *found) if found else unknown(request)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        found = subscription_of(token)
        if found is None:
            return unknown(request)
        recipient, issuer = found
        wish = request.POST.get("mails", NONE_OF_ISSUER)
        if wish == AGAIN:
            subscribe_again(actor=actor(request), recipient=recipient, issuer=issuer)
        else:
            everything = wish == NONE_AT_ALL
            unsubscribe(
                actor=actor(request), recipient=recipient, issuer=issuer, everything=everything
            )
        return page(request, recipient, issuer)


def page(request: HttpRequest, recipient: Recipient, issuer: Issuer) -> HttpResponse:
    context = {"issuer": issuer, "unsubscribed": unsubscribed_from(recipient, issuer)}
    return hidden(render(request, "notify/unsubscribe.html", context))


def unknown(request: HttpRequest) -> HttpResponse:
    return hidden(render(request, "public/404.html", status=404))


def hidden(response: HttpResponse) -> HttpResponse:
    """The address is a key: no search engine is to keep it."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
