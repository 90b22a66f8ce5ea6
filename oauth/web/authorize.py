"""`/o/authorize` and `/auth/oauth2/authorize`: the page on which a person allows an app, and the
JSON form that Badgr's own front end speaks (badgr-api.md 1.2). A session decides who answers, and
a POST with its CSRF token; a bearer token is not looked at.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from oauthlib.common import add_params_to_uri
from rest_framework.exceptions import ParseError

from accounts.memberships import issuers_of
from accounts.web.granting import GrantForm, in_words
from activity.actors import Actor, Channel
from api.accept import preferred
from api.parsers import loads
from oauth import authorization
from oauth.api import application_object
from oauth.authorization import AuthorizationRequest, Refused, Unanswerable
from oauth.client_requests import only

JSON = "application/json"


class SeeOther(HttpResponseRedirect):
    """303: what follows a POST is a GET (RFC 9700, 4.12 forbids 307)."""

    status_code = 303


@csrf_exempt  # the forms look for themselves: without a session there is nothing to forge
def authorize(request: HttpRequest) -> HttpResponse:
    """The page or its JSON form."""
    return (AuthorizeJSON if speaks_json(request) else AuthorizePage).as_view()(request)


def speaks_json(request: HttpRequest) -> bool:
    """By what is sent, or asked for: whoever takes anything gets the page."""
    if request.method == "POST":
        return bool(request.content_type == JSON)
    accept = request.headers.get("Accept", "")
    return JSON in accept and preferred(accept, [JSON, "text/html"]) == JSON


class AuthorizeView(View):
    """What both forms share: nothing of it is kept by caches or told to other sites."""

    http_method_names = ["get", "head", "post"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = super().dispatch(request, *args, **kwargs)
        except Unanswerable as error:
            response = self.unanswerable(str(error))
        except Refused as refusal:
            response = self.refused(refusal)
        response["Cache-Control"] = "no-store"
        # The address holds state and challenge. CSRF asks for the origin, so that stays.
        response["Referrer-Policy"] = "strict-origin"
        return response

    def unanswerable(self, reason: str) -> HttpResponse:
        raise NotImplementedError

    def refused(self, refusal: Refused) -> HttpResponse:
        raise NotImplementedError

    def asked(self) -> AuthorizationRequest:
        lists = self.request.GET.lists()
        return authorization.read_request((name, one) for name, found in lists for one in found)

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return only("GET", "HEAD", "POST")

    def repeated(self, asked: AuthorizationRequest, scopes: list[str]) -> str | None:
        """Where the answer goes if nobody needs to be asked. HEAD is for looking: it gets none."""
        if self.request.method == "HEAD":
            return None
        return authorization.repeat(asked, user=self.request.user, scopes=scopes)

    def actor(self) -> Actor:
        return Actor(user=self.request.user, channel=Channel.WEB)


class AuthorizePage(AuthorizeView):
    """For whoever is signed in; others sign in first and come back. A wrong client or redirect URI
    is told before that, all else after it (RFC 9700, 4.11.2).
    """

    def get(self, request: HttpRequest) -> HttpResponse:
        asked = self.asked()
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        scopes = authorization.grantable_scopes(asked, request.user)
        if location := self.repeated(asked, scopes):
            return SeeOther(location)
        return self.page(asked, self.form(scopes))

    @method_decorator(csrf_protect)
    def post(self, request: HttpRequest) -> HttpResponse:
        """The request itself is in the address still: what a form could have changed is not
        believed.
        """
        asked = self.asked()
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        scopes = authorization.grantable_scopes(asked, request.user)
        if request.POST.get("decision") != "allow":
            raise authorization.denied(asked)
        form = self.form(scopes, request.POST)
        if not form.is_valid():
            return self.page(asked, form)
        granted = form.granted()
        return SeeOther(
            authorization.allow(
                asked, actor=self.actor(), user=request.user, scopes=scopes, granted=granted
            )
        )

    def form(self, scopes: list[str], data: Any = None) -> GrantForm:
        return GrantForm(data, scopes=scopes, issuers=issuers_of(self.request.user))

    def page(self, asked: AuthorizationRequest, form: GrantForm) -> HttpResponse:
        where = urlsplit(asked.redirect_uri)
        context = {
            "application": asked.application,
            "form": form,
            "destination": where.hostname,
            "local": authorization.is_loopback_address(asked.redirect_uri),
            "here": self.request.get_full_path(),
        }
        status = 400 if form.errors else 200
        response = render(self.request, "oauth/authorize.html", context, status=status)
        # Browsers hold the redirect that answers the form, and those after it, to this directive,
        # in which an IPv6 address cannot be written.
        response._csp_update = {"form-action": sorted({"https:", f"{where.scheme}:"})}
        return response

    def unanswerable(self, reason: str) -> HttpResponse:
        return render(self.request, "oauth/unanswerable.html", {"reason": reason}, status=400)

    def refused(self, refusal: Refused) -> HttpResponse:
        if not self.request.user.is_authenticated:
            return redirect_to_login(self.request.get_full_path())
        return SeeOther(refusal.location)


class AuthorizeJSON(AuthorizeView):
    """Badgr's front end asks what to show, and tells what was decided. What it asks anybody may
    know; only who is signed in decides.
    """

    def get(self, request: HttpRequest) -> JsonResponse:
        asked = self.asked()
        get_token(request)  # sets the cookie that the POST must repeat
        if not request.user.is_authenticated:
            return JsonResponse(described(asked, asked.scopes, {}))
        scopes = authorization.grantable_scopes(asked, request.user)
        if location := self.repeated(asked, scopes):
            return success(location, scopes)
        return JsonResponse(described(asked, scopes, dict(issuers_of(request.user))))

    def post(self, request: HttpRequest) -> JsonResponse:
        if not request.user.is_authenticated:
            return JsonResponse({"error": "Incorrect authentication credentials."}, status=401)
        return self.decide(request)

    @method_decorator(csrf_protect)
    def decide(self, request: HttpRequest) -> JsonResponse:
        decision = Decision.read(request)
        asked = authorization.read_request(decision.parameters.items())
        if not decision.allow:
            return JsonResponse({"error": ""}, status=400)  # as Badgr's front end knows it
        scopes = authorization.grantable_scopes(asked, request.user)
        granted = authorization.chosen_scopes(asked, scopes, decision.choice)
        location = authorization.allow(
            asked, actor=self.actor(), user=request.user, scopes=scopes, granted=granted
        )
        return success(location, granted)

    def unanswerable(self, reason: str) -> JsonResponse:
        return JsonResponse({"error": reason}, status=400)

    def refused(self, refusal: Refused) -> JsonResponse:
        told = {"error": refusal.error, "error_description": refusal.description or ""}
        return JsonResponse(told, status=400)


@dataclass(frozen=True)
class Decision:
    """The body of the JSON form's POST. `choice` is what the person allows of the `scope` that the
    app asked for; where that is not told, the choice stands for it.
    """

    allow: bool
    choice: list[str]
    parameters: dict[str, str]

    @classmethod
    def read(cls, request: HttpRequest) -> "Decision":
        """Raises Unanswerable."""
        try:
            body = loads(request.body)
        except ParseError as error:
            raise Unanswerable(f"The body cannot be read: {error}") from None
        if not isinstance(body, dict) or not isinstance(body.get("allow"), bool):
            raise Unanswerable("allow: true or false is required.")
        scopes = body.get("scopes")
        if not isinstance(scopes, list) or not all(isinstance(one, str) for one in scopes):
            raise Unanswerable("scopes: a list is required.")
        if body["allow"] and not scopes:
            raise Unanswerable("scopes: name at least one.")
        sent = {name: body[name] for name in authorization.PARAMETERS if body.get(name) is not None}
        if not all(isinstance(value, str) for value in sent.values()):
            raise Unanswerable("The parameters must be plain text.")
        if "code_challenge" in sent:
            sent.setdefault("code_challenge_method", "S256")
        if not sent.get("scope", "").strip():
            sent["scope"] = " ".join(scopes)
        return cls(allow=body["allow"], choice=scopes, parameters=sent)


def success(location: str, scopes: list[str]) -> JsonResponse:
    """Where to send the browser, with what was allowed (badgr-api.md 1.2)."""
    told = [("scope", " ".join(scopes))]
    return JsonResponse({"success_url": add_params_to_uri(location, told)})


def described(
    asked: AuthorizationRequest, scopes: list[str], issuers: dict[str, str]
) -> dict[str, Any]:
    return {
        "client_id": asked.application.client_id,
        "redirect_uri": asked.redirect_uri,
        "response_type": "code",
        "state": asked.state,
        "application": application_object(asked.application),
        "scopes": scopes,
        "scopes_descriptions": {scope: in_words(scope, issuers) for scope in scopes},
    }
