"""/staff/: what Django's admin has, and that no library adds to it."""

import pytest
from django.contrib import admin
from django.urls import reverse

from oauth.models import PUBLIC_CLIENT_ID, Application
from tests.support.worlds import person

PAGES = {
    "accounts.User", "accounts.TermsVersion", "jobs.Job",
    "mirror.BadgeProvider", "mirror.MirroredBadgeClass", "mirror.MirroredAssertion",
    "socialaccount.SocialApp",
}  # fmt: skip


@pytest.mark.django_db
def test_what_it_has_and_nothing_else(client):
    client.force_login(person(administrator=True))
    shown = client.get(reverse("admin:index")).context["app_list"]
    models = {model["model"]._meta.label for app in shown for model in app["models"]}
    assert models == PAGES
    assert {model._meta.label for model in admin.site._registry} == PAGES


@pytest.mark.django_db
def test_rows_that_services_write_are_not_written_past_them(client):
    """By the library's page of it, anybody's app went, and the server's own."""
    client.force_login(person(administrator=True))
    public = Application.objects.get(client_id=PUBLIC_CLIENT_ID)
    path = f"/staff/oauth/application/{public.pk}/delete/"
    assert client.post(path, {"post": "yes"}).status_code == 404
    assert Application.objects.filter(pk=public.pk).exists()
