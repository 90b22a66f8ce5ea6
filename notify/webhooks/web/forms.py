"""What owners fill in about a webhook."""

from django import forms
from django.utils.translation import gettext_lazy as _

from notify.models.webhooks import MAX_URL
from notify.webhooks.events import TYPES

IN_WORDS = {
    "assertion.created": _("A badge is awarded"),
    "assertion.updated": _("An award is corrected"),
    "assertion.revoked": _("An award is revoked"),
    "badgeclass.created": _("A badge is created"),
    "badgeclass.updated": _("A badge is changed, archived or restored"),
    "badgeclass.deleted": _("A badge is deleted"),
    "issuer.updated": _("The issuer is changed"),
    "issuer.staff_changed": _("Somebody joins or leaves the staff, or gets another role"),
}


class WebhookForm(forms.Form):
    url = forms.CharField(
        label=_("Address of the program"),
        max_length=MAX_URL,
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
        help_text=_("It gets a POST with JSON, signed with a secret that you are shown once."),
    )
    events = forms.MultipleChoiceField(
        label=_("It is told when"),
        choices=[(event, IN_WORDS[event]) for event in TYPES],
        initial=["assertion.created", "assertion.updated", "assertion.revoked"],
        widget=forms.CheckboxSelectMultiple,
    )
