"""The set-up page of a server that nobody owns: whoever holds the one-time link becomes its
administrator.
"""

from allauth.account.internal.flows.login import record_authentication
from django.contrib.auth import login
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.debug import sensitive_post_parameters

from accounts.queries import server_is_owned
from accounts.services.people import create_first_administrator
from accounts.services.setup_links import is_setup_token
from accounts.web.forms import SetupForm
from activity.actors import Actor, Channel


@method_decorator(sensitive_post_parameters(), name="dispatch")
class SetupView(View):
    def dispatch(self, request: HttpRequest, token: str) -> HttpResponse:
        if server_is_owned() or not is_setup_token(token):
            raise Http404
        response = super().dispatch(request)
        # The link is a secret: no address of it leaves the page, but the origin that CSRF asks for.
        response["Referrer-Policy"] = "strict-origin"
        response["Cache-Control"] = "no-store"
        return response

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page(request, SetupForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = SetupForm(request.POST)
        if not form.is_valid():
            return self.page(request, form)
        try:
            user = create_first_administrator(
                actor=Actor(user=None, channel=Channel.WEB), **form.cleaned_data
            )
        except ValidationError as error:
            form.add_error(None, error)
            return self.page(request, form)
        login(request, user, backend="allauth.account.auth_backends.AuthenticationBackend")
        # What comes next is an app password, which who has just typed theirs is not asked for.
        record_authentication(request, user, method="password", email=user.email)
        return redirect("app-passwords")

    def page(self, request: HttpRequest, form: SetupForm) -> HttpResponse:
        status = 400 if form.errors else 200
        return render(request, "accounts/setup.html", {"form": form}, status=status)
