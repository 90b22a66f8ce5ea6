"""How mails are worded, as forms. What is left empty shows what stands for it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from notify.mail.services.mail_settings import MAX_DAYS, MAX_LINE, MAX_LINK_TEXT, MAX_TEXT
from notify.mail.wording import Words
from notify.models.mails import ACCENT

TEXT = forms.Textarea(attrs={"rows": 6})
SHORT_TEXT = forms.Textarea(attrs={"rows": 3})


class WordingForm(forms.Form):
    subject = forms.CharField(label=_("Subject"), max_length=MAX_LINE, required=False)
    body = forms.CharField(label=_("Text"), max_length=MAX_TEXT, required=False, widget=TEXT)
    link_text = forms.CharField(
        label=_("Words of the button"), max_length=MAX_LINK_TEXT, required=False
    )
    footer = forms.CharField(
        label=_("Footer"), max_length=MAX_TEXT, required=False, widget=SHORT_TEXT
    )

    def __init__(self, *args: Any, instead: Words, **kwargs: Any) -> None:
        """`instead` is what holds where nothing is written."""
        super().__init__(*args, **kwargs)
        for name in ("subject", "body", "link_text", "footer"):
            self.fields[name].widget.attrs["placeholder"] = getattr(instead, name)


class IssuerMailForm(WordingForm):
    notify = forms.BooleanField(
        label=_("Mail recipients of new awards"),
        required=False,
        help_text=_("For awards that do not say themselves whether to mail."),
    )
    accent = forms.CharField(
        label=_("Colour"), initial=ACCENT, widget=forms.TextInput(attrs={"type": "color"})
    )
    field_order = ("notify", "accent")


class BadgeClassMailForm(WordingForm):
    reminder_days = forms.IntegerField(
        label=_("Remind so many days before the end"),
        min_value=1,
        max_value=MAX_DAYS,
        required=False,
        help_text=_("Empty: nobody is reminded."),
    )
    reminder_subject = forms.CharField(
        label=_("Subject of the reminder"), max_length=MAX_LINE, required=False
    )
    reminder_body = forms.CharField(
        label=_("Text of the reminder"), max_length=MAX_TEXT, required=False, widget=TEXT
    )

    def __init__(self, *args: Any, instead_of_reminder: Words, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("subject", "body"):
            widget = self.fields[f"reminder_{name}"].widget
            widget.attrs["placeholder"] = getattr(instead_of_reminder, name)
