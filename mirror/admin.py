"""Mirrors in the Django admin, for administrators. Secrets go in and are never shown."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest

from activity.actors import Actor, Channel
from mirror.adapters import ADAPTERS
from mirror.models import BadgeProvider, MirroredAssertion, MirroredBadgeClass
from mirror.services.providers import (
    choose_badge_class,
    normalise_api_url,
    remove_provider,
    require_same_remote,
    retry,
    save_provider,
)
from mirror.services.staging import stage_reconciliation

SECRETS = ("username", "password")


def acting(request: HttpRequest) -> Actor:
    return Actor(user=request.user, channel=Channel.WEB)  # type: ignore[arg-type]


class ProviderForm(forms.ModelForm):
    """Empty secrets stay what they are."""

    type = forms.ChoiceField(choices=[(name, name) for name in ADAPTERS])
    username = forms.CharField(required=False, help_text="Empty: unchanged.")
    password = forms.CharField(
        required=False,
        widget=forms.PasswordInput(render_value=False),
        help_text="Empty: unchanged. Without one: BADGE_PROVIDER_USERNAME and _PASSWORD.",
    )

    class Meta:
        model = BadgeProvider
        fields = ("name", "slug", "type", "api_url", "issuer", "issuer_entity_id", "all_classes",
                  "salt", *SECRETS)  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in SECRETS:
            self.initial.pop(name, None)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.instance.pk:  # it says yet what is stored
            require_same_remote(self.instance, data)  # type: ignore[arg-type]
        return data

    def clean_api_url(self) -> str:
        return normalise_api_url(self.cleaned_data["api_url"])

    def _post_clean(self) -> None:
        """The row is the service's to change: a secret left empty must not reach it."""
        for name in SECRETS:
            if not self.cleaned_data.get(name):
                self.cleaned_data[name] = getattr(self.instance, name)
        super()._post_clean()  # type: ignore[misc]


class ReadOnly(admin.ModelAdmin):
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(BadgeProvider)
class BadgeProviderAdmin(admin.ModelAdmin):
    form = ProviderForm
    list_display = ("name", "slug", "type", "api_url", "issuer", "resting_until", "last_error")
    readonly_fields = ("failures", "resting_until", "last_error")
    actions: ClassVar = ["retry_now", "compare"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*self.readonly_fields, "slug") if obj else self.readonly_fields

    def save_model(self, request: HttpRequest, obj: BadgeProvider, form: Any, change: bool) -> None:
        fields: Any = {
            name: form.cleaned_data[name] for name in form.changed_data if name != "slug"
        }
        saved, _ = save_provider(actor=acting(request), slug=obj.slug, fields=fields)
        obj.pk = saved.pk

    def delete_model(self, request: HttpRequest, obj: BadgeProvider) -> None:
        remove_provider(actor=acting(request), provider=obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[BadgeProvider]) -> None:
        for provider in queryset:
            self.delete_model(request, provider)

    @admin.action(description="Push now what failed or waits", permissions=["change"])
    def retry_now(self, request: HttpRequest, queryset: QuerySet[BadgeProvider]) -> None:
        count = sum(retry(provider) for provider in queryset)
        self.message_user(request, f"{count} objects are pushed again.")

    @admin.action(
        description="Compare with the remote, push what is missing", permissions=["change"]
    )
    def compare(self, request: HttpRequest, queryset: QuerySet[BadgeProvider]) -> None:
        for provider in queryset:
            stage_reconciliation(provider)
        self.message_user(request, "The comparison is under way.")


class ChosenClassForm(forms.ModelForm):
    class Meta:
        model = MirroredBadgeClass
        fields = ("provider", "badge_class", "remote_id")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Another class, or one of another mirror, is another row: of this one the counterpart may
        change.
        """
        super().__init__(*args, **kwargs)
        for name in ("provider", "badge_class"):
            self.fields[name].disabled = self.instance.pk is not None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        provider, badge_class = data.get("provider"), data.get("badge_class")
        if provider and badge_class and badge_class.issuer_id != provider.issuer_id:
            raise ValidationError("This badge class belongs to another issuer.")
        return data


@admin.register(MirroredBadgeClass)
class MirroredBadgeClassAdmin(admin.ModelAdmin):
    form = ChosenClassForm
    list_display = ("badge_class", "provider", "state", "remote_id", "http_status", "last_error")
    list_filter = ("provider", "state")
    readonly_fields = ("state", "open_badge_id", "attempts", "http_status", "last_error")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        data = form.cleaned_data
        saved = choose_badge_class(
            actor=acting(request),
            provider=data["provider"],
            badge_class=data["badge_class"],
            remote_id=data["remote_id"],
        )
        obj.pk = saved.pk


@admin.register(MirroredAssertion)
class MirroredAssertionAdmin(ReadOnly):
    list_display = ("assertion", "provider", "state", "open_badge_id", "attempts", "http_status",
                    "last_error", "updated_at")  # fmt: skip
    list_filter = ("provider", "state")
    list_select_related = ("assertion", "provider")
