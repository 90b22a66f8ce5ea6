"""`/issuers/{id}/mail/` and `/badges/{id}/mail/`: the wording of mails, with a preview of what is
written, saved or not. For owners and editors.
"""

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import Any, ClassVar

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import Form
from django.forms.models import model_to_dict
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.web.paging import page_of
from issuer.models import BadgeClass, Issuer
from issuer.permissions import Verb, require
from issuer.web.room import StaffPage
from notify.mail import queries
from notify.mail.letters import Rendered
from notify.mail.letters import render as render_mail
from notify.mail.placeholders import PLACEHOLDERS
from notify.mail.services.mail_settings import clean, save_badge_class_mail, save_issuer_mail
from notify.mail.services.samples import Example, stage_sample
from notify.mail.web.forms import BadgeClassMailForm, IssuerMailForm
from notify.mail.wording import own_words, words
from notify.models import BadgeClassMail, IssuerMail, Kind

STYLE = re.compile("<style>(.*?)</style>", re.DOTALL)
DATA_URI = "data:image/png;base64,"


@dataclass(frozen=True)
class Preview:
    """A mail as its reader will see it. `name` tells it from others of the page."""

    name: str
    mail: Rendered


def preview(
    request: HttpRequest, kind: Kind, of_issuer: IssuerMail | None, of_class: BadgeClassMail | None,
    example: Example,
) -> Preview:  # fmt: skip
    link = f"{settings.LAUREL_URL}/unsubscribe/"
    facts = example.facts(request.user, unsubscribe=link)
    picture = DATA_URI + base64.b64encode(facts.picture).decode() if facts.picture else ""
    rendered = render_mail(facts, words(kind, of_issuer, of_class), picture=picture)
    return Preview(_("Reminder") if kind == Kind.REMINDER else _("Mail"), rendered)


def with_styles(response: HttpResponse, previews: list[Preview]) -> HttpResponse:
    """A framed mail is bound by the policy of the page around it: its very styles are allowed."""
    styles = (style for each in previews for style in STYLE.findall(each.mail.html))
    hashes = {base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in styles}
    allowed = [f"'sha256-{each}'" for each in sorted(hashes)]
    response._csp_update = {"style-src": allowed}  # type: ignore[attr-defined]
    return response


class WordingRoom(StaffPage):
    """For those whose role is large enough: 403 for others of the staff."""

    def issuer(self, entity_id: str) -> Issuer:
        found = super().issuer(entity_id)
        require(self.actor, Verb.UPDATE_ISSUER, found)
        return found

    def badge_class(self, entity_id: str) -> BadgeClass:
        found = super().badge_class(entity_id)
        require(self.actor, Verb.UPDATE_BADGE_CLASS, found)
        return found


class WordingPage(WordingRoom):
    """GET shows, POST saves; with `preview` it shows what is written and saves nothing."""

    template: ClassVar[str]
    route: ClassVar[str]

    def get(self, request: HttpRequest, entity_id: str) -> HttpResponse:
        return self.page(request, self.found(entity_id))

    def post(self, request: HttpRequest, entity_id: str) -> HttpResponse:
        subject = self.found(entity_id)
        form = self.form(subject, request.POST)
        if not form.is_valid():
            return self.page(request, subject, form, status=400)
        try:
            if "preview" in request.POST:
                cleaned = clean(form.cleaned_data)
                return self.page(request, subject, form, unsaved=cleaned)
            self.save(request, subject, form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
            return self.page(request, subject, form, status=400)
        messages.success(request, _("Saved."))
        return redirect(self.route, entity_id)

    def page(
        self,
        request: HttpRequest,
        subject: Any,
        form: Form | None = None,
        *,
        status: int = 200,
        unsaved: dict[str, Any] | None = None,
    ) -> HttpResponse:
        previews = self.previews(request, subject, unsaved or {})
        context = {
            "subject": subject,
            "form": form or self.form(subject),
            "previews": previews,
            "unsaved": unsaved is not None,
            "placeholders": [f"{{{name}}}" for name in PLACEHOLDERS],
            **self.more(request, subject),
        }
        return with_styles(render(request, self.template, context, status=status), previews)


class IssuerMailPage(WordingPage):
    template, route = "notify/issuer_mail.html", "issuer-mail"

    found = WordingRoom.issuer

    def form(self, issuer: Issuer, data: Any = None) -> IssuerMailForm:
        row = getattr(issuer, "mail_settings", None) or IssuerMail()
        return IssuerMailForm(data, initial=model_to_dict(row), instead=own_words(Kind.AWARD))

    def save(self, request: HttpRequest, issuer: Issuer, fields: dict[str, Any]) -> None:
        save_issuer_mail(actor=self.actor, issuer=issuer, **fields)

    def previews(
        self, request: HttpRequest, issuer: Issuer, unsaved: dict[str, Any]
    ) -> list[Preview]:
        row = changed(getattr(issuer, "mail_settings", None) or IssuerMail(), unsaved)
        return [preview(request, Kind.AWARD, row, None, Example.of(issuer))]

    def more(self, request: HttpRequest, issuer: Issuer) -> dict[str, Any]:
        return {"page": page_of(request, queries.badge_classes(issuer))}


class BadgeClassMailPage(WordingPage):
    template, route = "notify/badge_class_mail.html", "badge-class-mail"

    found = WordingRoom.badge_class

    def form(self, badge_class: BadgeClass, data: Any = None) -> BadgeClassMailForm:
        row = getattr(badge_class, "mail_settings", None) or BadgeClassMail()
        of_issuer = getattr(badge_class.issuer, "mail_settings", None)
        return BadgeClassMailForm(
            data,
            initial=model_to_dict(row),
            instead=words(Kind.AWARD, of_issuer, None),
            instead_of_reminder=own_words(Kind.REMINDER),
        )

    def save(self, request: HttpRequest, badge_class: BadgeClass, fields: dict[str, Any]) -> None:
        save_badge_class_mail(actor=self.actor, badge_class=badge_class, **fields)

    def previews(
        self, request: HttpRequest, badge_class: BadgeClass, unsaved: dict[str, Any]
    ) -> list[Preview]:
        row = changed(getattr(badge_class, "mail_settings", None) or BadgeClassMail(), unsaved)
        of_issuer = getattr(badge_class.issuer, "mail_settings", None)
        kinds = [Kind.AWARD, Kind.REMINDER] if row.reminder_days else [Kind.AWARD]
        example = Example.of(badge_class)
        return [preview(request, kind, of_issuer, row, example) for kind in kinds]

    def more(self, request: HttpRequest, badge_class: BadgeClass) -> dict[str, Any]:
        return {"issuer": badge_class.issuer}


class SampleView(WordingRoom):
    """Mails what is saved to whoever presses the button."""

    http_method_names = ["post"]
    route: ClassVar[str]

    def post(self, request: HttpRequest, entity_id: str) -> HttpResponse:
        kind = Kind.REMINDER if request.POST.get("kind") == Kind.REMINDER else Kind.AWARD
        stage_sample(actor=self.actor, subject=self.found(entity_id), kind=kind)
        messages.success(request, _("It is on its way to %(to)s.") % {"to": request.user.email})
        return redirect(self.route, entity_id)


class IssuerSampleView(SampleView):
    route = "issuer-mail"

    found = WordingRoom.issuer


class BadgeClassSampleView(SampleView):
    route = "badge-class-mail"

    found = WordingRoom.badge_class


def changed(row: Any, fields: dict[str, Any]) -> Any:
    """The row as it would be. It is not saved."""
    for name, value in fields.items():
        setattr(row, name, value)
    return row
