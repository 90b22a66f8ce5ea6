"""Jobs at /staff/: for administrators to see, and to bring dead ones back."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from jobs.models import Job
from jobs.services import retry


@admin.register(Job)
class JobAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Jobs are written by services alone: nothing here is changed by hand."""

    list_display = ("kind", "state", "run_at", "attempts", "max_attempts", "last_error",
                    "finished_at")  # fmt: skip
    list_filter = ("state", "kind")
    ordering = ("-pk",)
    show_full_result_count = False
    actions = ("retry_dead",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    @admin.action(description="Bring dead jobs back, with all their attempts",
                  permissions=["retry"])  # fmt: skip
    def retry_dead(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        back = [job for job in queryset.filter(state=Job.State.DEAD) if retry(job)]
        for job in back:
            self.log_change(request, job, "Brought back, with all its attempts.")
        self.message_user(request, f"Jobs brought back: {len(back)}.", messages.SUCCESS)
