"""The client of programs that send a user name and an app password alone: there from the first
boot.
"""

from typing import Any

from django.db import migrations
from django.utils import timezone

PUBLIC_CLIENT_ID = "public"
SCOPES = [
    "r:profile",
    "rw:profile",
    "r:issuer",
    "rw:issuer",
    "rw:issuer:*",
    "r:backpack",
    "rw:backpack",
]


def create(apps: Any, schema_editor: Any) -> None:
    apps.get_model("oauth", "Application").objects.create(
        client_id=PUBLIC_CLIENT_ID,
        name="Programs with an app password",
        client_type="public",
        client_secret="",
        authorization_grant_type="password",
        grants=["password"],
        allowed_scopes=SCOPES,
        approved_at=timezone.now(),
    )


def delete(apps: Any, schema_editor: Any) -> None:
    apps.get_model("oauth", "Application").objects.filter(client_id=PUBLIC_CLIENT_ID).delete()


class Migration(migrations.Migration):
    dependencies = [("oauth", "0001_initial")]

    operations = [migrations.RunPython(create, delete)]
