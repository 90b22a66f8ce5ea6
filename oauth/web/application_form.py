"""What a developer says of an app."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.models import User
from accounts.web.granting import in_words
from api.scopes import ADMINISTRATION, ISSUER_ANY, SCOPES
from oauth.models import Application
from oauth.services.applications import DEFAULT_SCOPES, GRANTS

GRANT_CHOICES = [
    ("authorization-code", _("People allow it to act for them")),
    ("client-credentials", _("It acts for me, by itself (confidential apps)")),
]
PASSWORD = _("People give it an app password")


class ApplicationForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=100)
    client_type = forms.ChoiceField(
        label=_("Can it keep a secret?"),
        choices=[
            ("confidential", _("Yes: it runs on a server (confidential)")),
            ("public", _("No: it runs on phones or in browsers (public)")),
        ],
        widget=forms.RadioSelect,
        initial="confidential",
    )
    grants = forms.MultipleChoiceField(
        label=_("How does it get in?"),
        choices=GRANT_CHOICES,
        widget=forms.CheckboxSelectMultiple,
        initial=["authorization-code"],
    )
    redirect_uris = forms.CharField(
        label=_("Redirect addresses"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        help_text=_("Where people come back to, one a line: exactly as the app sends it."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("What may it ask for?"),
        widget=forms.CheckboxSelectMultiple,
        initial=DEFAULT_SCOPES,
    )
    website_url = forms.URLField(label=_("Website"), required=False, assume_scheme="https")
    logo_url = forms.URLField(
        label=_("Logo"),
        required=False,
        assume_scheme="https",
        help_text=_("For programs that list your app. Pages here do not show it."),
    )
    policy_url = forms.URLField(label=_("Privacy policy"), required=False, assume_scheme="https")
    terms_url = forms.URLField(label=_("Terms"), required=False, assume_scheme="https")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        single = gettext_noop("Award and revoke badges for single issuers")
        offered = SCOPES | {ISSUER_ANY: single}
        offered |= ADMINISTRATION if user.is_superuser else {}
        self.fields["scopes"].choices = [
            (scope, f"{text} ({scope})") for scope, text in offered.items()
        ]

    def clean_redirect_uris(self) -> list[str]:
        found: str = self.cleaned_data["redirect_uris"]
        return list(dict.fromkeys(found.split()))


class ChangeForm(ApplicationForm):
    """The same of one that exists: its type stays. What the command line gave it beside what is
    offered here has a box, too: a save takes away what is unticked alone.
    """

    client_type = None

    def __init__(self, *args: Any, application: Application, **kwargs: Any) -> None:
        names = {stored: name for name, stored in GRANTS.items()}
        initial = {
            "name": application.name,
            "grants": [names[grant] for grant in application.grants],
            "redirect_uris": "\n".join(application.redirect_uris.split()),
            "scopes": application.allowed_scopes,
            "website_url": application.website_url,
            "logo_url": application.logo_url,
            "policy_url": application.policy_url,
            "terms_url": application.terms_url,
        }
        super().__init__(*args, initial=initial, **kwargs)
        self.offer("grants", [(name, PASSWORD) for name in initial["grants"]])
        has = application.allowed_scopes
        self.offer("scopes", [(scope, f"{in_words(scope, {})} ({scope})") for scope in has])

    def offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        """These as well, where they are not offered anyway."""
        offered = list(self.fields[name].choices)
        known = dict(offered)
        self.fields[name].choices = offered + [one for one in choices if one[0] not in known]
