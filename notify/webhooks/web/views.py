"""/issuers/{id}/webhooks/…: an issuer's webhooks, for its owners."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from accounts.web.paging import page_of
from activity.actors import Actor
from issuer.models import Issuer
from issuer.permissions import Verb, require
from issuer.web.room import StaffPage
from notify.models import Webhook
from notify.webhooks import queries
from notify.webhooks.services.endpoints import (
    create_webhook,
    delete_webhook,
    rotate_secret,
    update_webhook,
)
from notify.webhooks.services.repeating import replay_dead, replay_delivery, send_test
from notify.webhooks.web.forms import IN_WORDS, WebhookForm


@method_decorator(never_cache, name="dispatch")
class OwnersPage(StaffPage):
    """403 for staff that are no owners."""

    def issuer(self, entity_id: str) -> Issuer:
        found = super().issuer(entity_id)
        require(self.actor, Verb.MANAGE_WEBHOOKS, found)
        return found

    def webhook(self, entity_id: str, webhook_id: str) -> Webhook:
        rows = queries.webhooks_of(self.actor).filter(issuer=self.issuer(entity_id))
        return rows.get(entity_id=webhook_id)


class WebhooksPage(OwnersPage):
    def get(self, request: HttpRequest, entity_id: str) -> HttpResponse:
        return self.page(self.issuer(entity_id), WebhookForm())

    def post(self, request: HttpRequest, entity_id: str) -> HttpResponse:
        """The secret is shown in the answer to this very POST and nowhere after it."""
        issuer, form = self.issuer(entity_id), WebhookForm(request.POST)
        if not form.is_valid():
            return self.page(issuer, form)
        try:
            webhook, secret = create_webhook(actor=self.actor, issuer=issuer, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
            return self.page(issuer, form)
        return webhook_page(request, webhook, secret=secret)

    def page(self, issuer: Issuer, form: WebhookForm) -> HttpResponse:
        rows = queries.webhooks_of(self.actor).filter(issuer=issuer)
        context = {"issuer": issuer, "webhooks": rows.order_by("created_at"), "form": form}
        status = 400 if form.errors else 200
        return render(self.request, "notify/webhooks/list.html", context, status=status)


class WebhookPage(OwnersPage):
    def get(self, request: HttpRequest, entity_id: str, webhook_id: str) -> HttpResponse:
        return webhook_page(request, self.webhook(entity_id, webhook_id))

    def post(self, request: HttpRequest, entity_id: str, webhook_id: str) -> HttpResponse:
        webhook, form = self.webhook(entity_id, webhook_id), WebhookForm(request.POST)
        if not form.is_valid():
            return webhook_page(request, webhook, form=form)
        try:
            update_webhook(actor=self.actor, webhook=webhook, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
            return webhook_page(request, webhook, form=form)
        messages.success(request, _("Saved."))
        return redirect("webhook", entity_id, webhook_id)


class SecretView(OwnersPage):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, entity_id: str, webhook_id: str) -> HttpResponse:
        webhook = self.webhook(entity_id, webhook_id)
        secret = rotate_secret(actor=self.actor, webhook=webhook)
        return webhook_page(request, webhook, secret=secret)


class DeleteView(OwnersPage):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, entity_id: str, webhook_id: str) -> HttpResponse:
        delete_webhook(actor=self.actor, webhook=self.webhook(entity_id, webhook_id))
        messages.success(request, _("Deleted."))
        return redirect("webhooks", entity_id)


Act = Callable[[Actor, Webhook], object]


class ActView(OwnersPage):
    """One service for one webhook; what it says against it is shown."""

    http_method_names = ["post"]
    act: Act
    done: str

    def post(self, request: HttpRequest, entity_id: str, webhook_id: str) -> HttpResponse:
        try:
            type(self).act(self.actor, self.webhook(entity_id, webhook_id))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, self.done)
        return redirect("webhook", entity_id, webhook_id)


class DisableView(ActView):
    act = staticmethod(lambda who, row: update_webhook(actor=who, webhook=row, disabled=True))
    done = gettext_lazy("Disabled. Nothing is sent any more.")


class EnableView(ActView):
    act = staticmethod(lambda who, row: update_webhook(actor=who, webhook=row, disabled=False))
    done = gettext_lazy("Enabled. It is told what still waits, and what happens from now on.")


class TestView(ActView):
    act = staticmethod(lambda who, row: send_test(actor=who, webhook=row))
    done = gettext_lazy("A test is on its way. How it went is in the log below, soon.")


class ReplayAllView(ActView):
    act = staticmethod(lambda who, row: replay_dead(actor=who, webhook=row))
    done = gettext_lazy("What was given up is on its way again.")


class ReplayView(OwnersPage):
    http_method_names = ["post"]

    def post(
        self, request: HttpRequest, entity_id: str, webhook_id: str, event_id: str
    ) -> HttpResponse:
        rows = queries.deliveries_of(self.webhook(entity_id, webhook_id))
        try:
            replay_delivery(actor=self.actor, delivery=rows.get(entity_id=event_id))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, _("It is on its way again."))
        return redirect("webhook", entity_id, webhook_id)


def webhook_page(
    request: HttpRequest, webhook: Webhook, *, form: WebhookForm | None = None, secret: str = ""
) -> HttpResponse:
    context = {
        "issuer": webhook.issuer,
        "webhook": webhook,
        "events": [IN_WORDS[event] for event in webhook.events],
        "form": form or WebhookForm(initial={"url": webhook.url, "events": webhook.events}),
        "secret": secret,
        "page": page_of(request, queries.deliveries_of(webhook)),
    }
    status = 400 if form else 200
    return render(request, "notify/webhooks/one.html", context, status=status)
