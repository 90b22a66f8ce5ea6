"""/accounts/issuers/: asking for the right to create issuers; administrators decide."""

from django import forms
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin, UserPassesTestMixin
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from accounts.models import IssuerCreationRequest
from accounts.permissions import may_create_issuers
from accounts.queries import issuer_requests, last_issuer_request
from accounts.services.issuer_requests import ask_for_issuers, decide_issuer_request
from accounts.web.acting import actor


class AskForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Who awards, and what for?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("An administrator of this server reads this."),
    )


class AskView(LoginRequiredMixin, View):
    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page(request, AskForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = AskForm(request.POST)
        if not form.is_valid():
            return self.page(request, form, status=400)
        try:
            ask_for_issuers(actor=actor(request), user=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
            return self.page(request, form, status=400)
        messages.success(request, _("An administrator will decide. You get a mail then."))
        return redirect("ask-for-issuers")

    def page(self, request: HttpRequest, form: AskForm, *, status: int = 200) -> HttpResponse:
        context = {
            "form": form,
            "asked": last_issuer_request(request.user),
            "may": may_create_issuers(request.user),
        }
        return render(request, "accounts/ask_for_issuers.html", context, status=status)


class AdministratorsOnly(LoginRequiredMixin, UserPassesTestMixin, View):
    def test_func(self) -> bool:
        return self.request.user.is_superuser


class RequestsView(AdministratorsOnly):
    def get(self, request: HttpRequest) -> HttpResponse:
        context = {"requests": issuer_requests()[:100]}
        return render(request, "accounts/issuer_requests.html", context)


class DecideView(AdministratorsOnly):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, entity_id: str, decision: str) -> HttpResponse:
        try:
            decide_issuer_request(
                actor=actor(request), entity_id=entity_id, approve=decision == "approve"
            )
        except IssuerCreationRequest.DoesNotExist:
            raise Http404 from None
        messages.success(request, _("Decided. The person gets a mail."))
        return redirect("issuer-requests")
