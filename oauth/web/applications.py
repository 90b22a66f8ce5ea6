"""`/accounts/apps/mine/…`: what developers make, change, disable; and administrators approve,
and take back.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.decorators.cache import never_cache

from accounts.web.acting import actor
from accounts.web.paging import page_of
from api.errors import Conflict
from api.paging import Order
from oauth import queries
from oauth.models import Application
from oauth.services import applications as services
from oauth.web.application_form import ApplicationForm, ChangeForm

NEWEST = Order("created", "pk", newest_first=True)


def found(request: HttpRequest, client_id: str) -> Application:
    try:
        return queries.application_for(request.user, client_id)
    except Application.DoesNotExist:
        raise Http404 from None


def changeable(request: HttpRequest, client_id: str) -> Application:
    application = found(request, client_id)
    if application.registered_itself:
        raise Http404
    return application


class ApplicationsPage(LoginRequiredMixin, View):
    """For everybody their own; for administrators also those that wait for approval, and page by
    page all of them.
    """

    def get(self, request: HttpRequest) -> HttpResponse:
        administrator = request.user.is_superuser
        everybodys = queries.everybodys_applications()
        context = {
            "applications": queries.applications_of(request.user),
            "waiting": queries.unapproved_applications() if administrator else [],
            "everybodys": page_of(request, everybodys, NEWEST) if administrator else None,
            "may_create": administrator or settings.LAUREL_APP_CREATION != "administrators",
        }
        return render(request, "oauth/applications.html", context)


@method_decorator(never_cache, name="dispatch")
class NewApplicationPage(LoginRequiredMixin, View):
    """For everybody, unless the operator says otherwise."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page(request, ApplicationForm(user=request.user))

    def post(self, request: HttpRequest) -> HttpResponse:
        """The secret is shown in the answer to this very POST and nowhere after it."""
        form = ApplicationForm(request.POST, user=request.user)
        if not form.is_valid():
            return self.page(request, form)
        try:
            application, secret = services.create_application(
                actor=actor(request), user=request.user, **form.cleaned_data
            )
        except ValidationError as error:
            form.add_error(None, error)
            return self.page(request, form)
        return application_page(request, application, secret=secret)

    def page(self, request: HttpRequest, form: ApplicationForm) -> HttpResponse:
        if settings.LAUREL_APP_CREATION == "administrators" and not request.user.is_superuser:
            raise PermissionDenied
        status = 400 if form.errors else 200
        return render(request, "oauth/new_application.html", {"form": form}, status=status)


@method_decorator(never_cache, name="dispatch")
class ApplicationPage(LoginRequiredMixin, View):
    """For its developer, and administrators."""

    def get(self, request: HttpRequest, client_id: str) -> HttpResponse:
        return application_page(request, found(request, client_id))

    def post(self, request: HttpRequest, client_id: str) -> HttpResponse:
        application = changeable(request, client_id)
        form = ChangeForm(request.POST, user=request.user, application=application)
        if not form.is_valid():
            return application_page(request, application, form=form)
        try:
            changed = services.change_application(
                actor=actor(request), application=application, **form.cleaned_data
            )
        except ValidationError as error:
            form.add_error(None, error)
            return application_page(request, application, form=form)
        again = application.approved_at and not changed.approved_at
        said = _("Saved. It waits for approval again.") if again else _("Saved.")
        messages.success(request, said)
        return redirect("application", client_id)


@method_decorator(never_cache, name="dispatch")
class RotateSecretView(LoginRequiredMixin, View):
    """For its developer, and administrators."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, client_id: str) -> HttpResponse:
        application = changeable(request, client_id)
        try:
            secret = services.rotate_secret(actor=actor(request), application=application)
        except ValidationError:
            raise Http404 from None
        return application_page(request, application, secret=secret)


class ActView(LoginRequiredMixin, View):
    """One service for one application, by POST; the service decides who may."""

    http_method_names = ["post"]
    service: Callable[..., None]
    done: str

    def post(self, request: HttpRequest, client_id: str) -> HttpResponse:
        type(self).service(actor=actor(request), application=found(request, client_id))
        messages.success(request, self.done)
        return redirect("application", client_id)


class DisableView(ActView):
    service = staticmethod(services.disable_application)
    done = gettext_lazy("Disabled. What it holds does not work any more.")


class EnableView(ActView):
    service = staticmethod(services.enable_application)
    done = gettext_lazy("It works again.")


class WithdrawView(ActView):
    service = staticmethod(services.withdraw_approval)
    done = gettext_lazy("Taken back. What writes for issuers waits for approval again.")


class ApproveView(LoginRequiredMixin, View):
    """For administrators: of what the page has shown them, nothing else."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, client_id: str) -> HttpResponse:
        try:
            services.approve_application(
                actor=actor(request),
                application=found(request, client_id),
                seen=request.POST.get("seen", ""),
            )
        except Conflict:
            text = _("It has changed since you looked at it, and is not approved. Look again.")
            messages.error(request, text)
        else:
            messages.success(request, _("Approved."))
        return redirect("applications")


def application_page(
    request: HttpRequest,
    application: Application,
    *,
    form: ChangeForm | None = None,
    secret: str = "",
) -> HttpResponse:
    context: dict[str, Any] = {
        "application": application,
        "form": form or ChangeForm(user=request.user, application=application),
        "secret": secret,
        "waits": application.permitted_scopes != application.allowed_scopes,
        "may_lose_approval": application.approved_at and not services.is_trusted(actor(request)),
        "locked": application.disabled_by_administrator and not request.user.is_superuser,
        "lockable": request.user.is_superuser and not application.disabled_by_administrator,
    }
    status = 400 if form else 200
    return render(request, "oauth/application.html", context, status=status)
