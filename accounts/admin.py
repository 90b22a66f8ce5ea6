"""What administrators do at /staff/: open and close accounts, write the terms that people agree
to.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import TermsVersion, User
from accounts.services.people import set_active, set_administrator
from accounts.services.second_factors import remove_second_factors
from accounts.web.acting import actor


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    """People make their accounts themselves; here they are looked at, closed and opened."""

    list_display = ("email", "first_name", "last_name", "is_active", "is_superuser", "last_login")
    list_filter = ("is_active", "is_superuser")
    search_fields = ("email", "first_name", "last_name")
    ordering = ("email",)
    fields = (*list_display, "date_joined", "entity_id")
    readonly_fields = fields
    actions = (
        *("close_accounts", "open_accounts", "make_administrators", "end_administrators"),
        "remove_second_factors",
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    @admin.action(description="Close these accounts: neither they nor their apps open anything")
    def close_accounts(self, request: HttpRequest, users: QuerySet[User]) -> None:
        self.each(request, users, partial(set_active, actor=actor(request), active=False))

    @admin.action(description="Open these accounts again")
    def open_accounts(self, request: HttpRequest, users: QuerySet[User]) -> None:
        self.each(request, users, partial(set_active, actor=actor(request), active=True))

    @admin.action(description="Make these people administrators")
    def make_administrators(self, request: HttpRequest, users: QuerySet[User]) -> None:
        self.each(
            request, users, partial(set_administrator, actor=actor(request), administrator=True)
        )

    @admin.action(description="These people are no administrators any more")
    def end_administrators(self, request: HttpRequest, users: QuerySet[User]) -> None:
        self.each(
            request, users, partial(set_administrator, actor=actor(request), administrator=False)
        )

    @admin.action(description="Take their authenticator apps and passkeys away: they lost them")
    def remove_second_factors(self, request: HttpRequest, users: QuerySet[User]) -> None:
        self.each(request, users, partial(remove_second_factors, actor=actor(request)))

    def each(self, request: HttpRequest, users: QuerySet[User], act: Callable[..., Any]) -> None:
        """One by one: what cannot be done to one is said, and done to the others."""
        for user in users:
            try:
                act(user=user)
            except ValidationError as error:
                text = f"{user.email}: {' '.join(error.messages)}"
                self.message_user(request, text, level=messages.ERROR)


@admin.register(TermsVersion)
class TermsVersionAdmin(admin.ModelAdmin):
    list_display = ("version", "short_description", "created_at")
    ordering = ("-version",)
