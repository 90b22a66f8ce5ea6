"""/accounts/email/: one's addresses."""

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from accounts.links import address_id
from accounts.queries import EmailAddress, address_of, addresses_of
from accounts.services.addresses import add_address, make_primary, remove_address
from accounts.services.mail import send_later
from accounts.throttling import mails_to, may_mail, too_many
from accounts.web.acting import actor

CONFIRMATION = "email_confirmation"


class AddressForm(forms.Form):
    email = forms.EmailField(
        label=gettext_lazy("Another address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class AddressesView(LoginRequiredMixin, View):
    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page(request, AddressForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = AddressForm(request.POST)
        if not form.is_valid():
            return self.page(request, form, status=400)
        return self.add(request, form)

    @method_decorator(reauthentication_required)
    def add(self, request: HttpRequest, form: AddressForm) -> HttpResponse:
        email = form.cleaned_data["email"]
        if not may_mail(email, CONFIRMATION, request):
            return too_many(request, mails_to(email, CONFIRMATION).wait(request))
        try:
            add_address(actor=actor(request), user=request.user, email=email)
        except ValidationError as error:
            form.add_error(None, error)
            return self.page(request, form, status=400)
        messages.success(request, _("We have written to it. Open the link in that mail."))
        return redirect("account_email")

    def page(self, request: HttpRequest, form: AddressForm, *, status: int = 200) -> HttpResponse:
        rows = [(address_id(row), row) for row in addresses_of(request.user)]
        context = {"form": form, "addresses": rows}
        return render(request, "accounts/addresses.html", context, status=status)


class AddressActView(LoginRequiredMixin, View):
    """One act on one address: `primary`, `remove` or `resend`."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, public_id: str, act: str) -> HttpResponse:
        try:
            address = address_of(request.user, public_id)
        except EmailAddress.DoesNotExist:
            raise Http404 from None
        try:
            getattr(self, act)(request, address)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        return redirect("account_email")

    @method_decorator(reauthentication_required)
    def primary(self, request: HttpRequest, address: EmailAddress) -> None:
        make_primary(actor=actor(request), address=address)
        messages.success(request, _("This is your main address now."))

    @method_decorator(reauthentication_required)
    def remove(self, request: HttpRequest, address: EmailAddress) -> None:
        remove_address(actor=actor(request), address=address)
        messages.success(request, _("Removed."))

    def resend(self, request: HttpRequest, address: EmailAddress) -> None:
        if not address.verified and may_mail(address.email, CONFIRMATION, request):
            send_later(CONFIRMATION, address=address)
        messages.success(request, _("We have written to it. Open the link in that mail."))
