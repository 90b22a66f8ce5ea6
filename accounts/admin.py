"""What administrators write at /staff/: the terms that people agree to."""

from django.contrib import admin

from accounts.models import TermsVersion


@admin.register(TermsVersion)
class TermsVersionAdmin(admin.ModelAdmin):
    list_display = ("version", "short_description", "created_at")
    ordering = ("-version",)
