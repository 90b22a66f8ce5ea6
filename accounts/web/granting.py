"""What people choose where they grant something: to an app that asks, to an app password."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.memberships import Membership
from api.scopes import ADMINISTRATION, BADGE_CONNECT, ISSUER_PREFIX, SCOPES

ALL, SOME = "all", "some"


class GrantForm(forms.Form):
    """Which of the offered scopes to grant; of `rw:issuer` all issuers, or some."""

    scopes = forms.MultipleChoiceField(
        label=_("It may"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one.")},
    )

    def __init__(
        self,
        *args: Any,
        scopes: Sequence[str],
        issuers: Sequence[Membership],
        ticked: Sequence[str] | None = None,
        **kwargs: Any,
    ) -> None:
        """`ticked` are the scopes chosen beforehand: all, where nothing else is said."""
        initial = {"scopes": scopes if ticked is None else ticked, "reach": ALL}
        super().__init__(*args, initial=initial, **kwargs)
        self.issuers = dict(issuers)
        self.fields["scopes"].choices = [(s, in_words(s, self.issuers)) for s in scopes]
        if "rw:issuer" in scopes and issuers:
            self.fields["reach"] = forms.ChoiceField(
                label=_("At which issuers?"),
                choices=[(ALL, _("All of yours, now and later")), (SOME, _("Only these:"))],
                widget=forms.RadioSelect,
            )
            self.fields["issuers"] = forms.MultipleChoiceField(
                label=_("Only these"),
                choices=issuers,
                widget=forms.CheckboxSelectMultiple,
                required=False,
            )

    def clean(self) -> dict[str, Any]:
        """One that is ticked while all are meant would grant more than was meant: ask again."""
        cleaned = super().clean() or {}
        reach, named = cleaned.get("reach"), cleaned.get("issuers")
        if reach == SOME and not named and "rw:issuer" in cleaned.get("scopes", ()):
            self.add_error("issuers", _("Tick at least one issuer."))
        if reach == ALL and named:
            self.add_error("reach", _("You ticked some issuers below: choose “Only these”."))
        return cleaned

    def granted(self) -> list[str]:
        """The scopes granted; `rw:issuer:{id}` for each chosen issuer in place of `rw:issuer`."""
        chosen: list[str] = []
        for scope in self.cleaned_data["scopes"]:
            if scope == "rw:issuer" and self.cleaned_data.get("reach") == SOME:
                chosen += [f"{ISSUER_PREFIX}{one}" for one in self.cleaned_data["issuers"]]
            else:
                chosen.append(scope)
        return chosen


def in_words(scope: str, issuers: dict[str, str]) -> str:
    """What a scope lets an app do, in a sentence for people."""
    if scope.startswith(ISSUER_PREFIX):
        entity_id = scope.removeprefix(ISSUER_PREFIX)
        name = issuers.get(entity_id, entity_id)
        return gettext("Award and revoke badges for the issuer %(name)s") % {"name": name}
    return gettext((SCOPES | BADGE_CONNECT | ADMINISTRATION)[scope])
