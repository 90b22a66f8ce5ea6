"""What staff type on their pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from issuer.services.award_tables import COLUMNS

NO_COLUMN = ""
WORDS = {
    "identity": _("E-mail address"),
    "recipient_name": _("Name"),
    "narrative": _("Narrative: what they did"),
    "evidence_url": _("Evidence: an address"),
    "evidence_narrative": _("Evidence: a text"),
    "issued_on": _("Date of issue"),
    "expires_at": _("Date of expiry"),
}


class TableForm(forms.Form):
    table = forms.FileField(
        label=_("Table"),
        help_text=_("CSV or XLSX, a line of headings first, one line for each person."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
    )


class ColumnsForm(forms.Form):
    """Which column of a table is what. Every field may be none of them, save the address."""

    def __init__(self, *args: Any, headers: list[str], columns: dict[str, int], **kwargs: Any):
        initial = {name: str(index) for name, index in columns.items()}
        super().__init__(*args, initial=initial, **kwargs)
        named = [(str(index), shown(header, index)) for index, header in enumerate(headers)]
        for name in COLUMNS:
            required = name == "identity"
            choices = [(NO_COLUMN, _("Choose a column") if required else _("None")), *named]
            self.fields[name] = forms.ChoiceField(
                label=WORDS[name], choices=choices, required=required
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        chosen = [index for index in cleaned.values() if index != NO_COLUMN]
        if len(set(chosen)) < len(chosen):
            raise forms.ValidationError(_("Two of them are the same column."))
        return cleaned

    def columns(self) -> dict[str, int]:
        return {name: int(i) for name, i in self.cleaned_data.items() if i != NO_COLUMN}


class AwardTableForm(forms.Form):
    """How the rows of a table are awarded."""

    NOTIFY = {"": None, "yes": True, "no": False}

    exclusive = forms.BooleanField(
        label=_("Leave out who holds this badge already"), required=False, initial=True
    )
    notify = forms.ChoiceField(
        label=_("Tell the recipients by mail?"),
        choices=[("", _("As the issuer has it")), ("yes", _("Yes")), ("no", _("No"))],
        required=False,
    )

    def __init__(self, *args: Any, wrong: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if wrong:
            self.fields["leave_out_wrong"] = forms.BooleanField(
                label=_("Leave out the rows that are wrong (%(count)s)") % {"count": wrong},
                error_messages={"required": _("Tick this, or send a corrected table.")},
            )

    def wishes(self) -> dict[str, Any]:
        """As `award_table` takes them."""
        told = self.cleaned_data
        return {
            "exclusive": told["exclusive"],
            "notify": self.NOTIFY[told["notify"]],
            "leave_out_wrong": told.get("leave_out_wrong", False),
        }


class UndoForm(forms.Form):
    reason = forms.CharField(
        label=_("Why?"),
        max_length=255,
        help_text=_("Everybody who opens one of the badges reads this."),
    )


def shown(header: str, index: int) -> str:
    """A heading, or the number of a column without one."""
    return header[:80] or f"{index + 1}"
