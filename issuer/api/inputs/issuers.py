"""Issuers, and people by their ids, as `/v2` takes them."""

from typing import Any, cast

from django.core.exceptions import ValidationError
from rest_framework import serializers

from accounts.models import User
from accounts.queries import users_by_entity_id
from issuer.api.fields import (
    KEEP,
    EmailField,
    ExtensionsField,
    ImageField,
    ItemsField,
    NameField,
    StringField,
    TextField,
    WebAddressField,
)
from issuer.api.inputs.changeable import ChangeableInput
from issuer.models import Role
from issuer.queries import people_by_id
from issuer.services.issuers import IssuerFields
from issuer.texts import MAX_TEXT

NO_SUCH_USER = "Nobody on this server has this id."


class StaffInput(serializers.Serializer[Any]):
    user = StringField(max_length=64)
    role = serializers.ChoiceField(choices=Role.choices, default=Role.STAFF)


class IssuerInput(ChangeableInput):
    """A new issuer; a web address as `image` leaves the image as it is."""

    name = NameField(max_length=1024)
    url = WebAddressField()
    email = EmailField(max_length=255)
    description = TextField(max_length=MAX_TEXT, allow_blank=True)
    image = ImageField(required=False, allow_null=True)
    extensions = ExtensionsField()
    staff = ItemsField(child=StaffInput(), max_length=500)
    createdBy = StringField(required=False, allow_null=True, max_length=64)
    archived = serializers.BooleanField(required=False, allow_null=True)

    def fields_told(self) -> IssuerFields:
        """What `draft_issuer` and `update_issuer` take: only what was sent."""
        data = dict(self.validated_data)
        data.pop("createdBy", None)
        if data.get("image") == KEEP:
            del data["image"]
        if "description" in data:
            data["description"] = data["description"] or ""
        if "extensions" in data:
            data["extensions"] = data["extensions"] or {}
        if data.get("archived", True) is None:
            del data["archived"]
        if "staff" in data:
            members = data.pop("staff")
            if members is not None:
                data["staff"] = self.people(members)
        return cast(IssuerFields, data)

    def owner(self) -> User | None:
        """Whom an administrator makes the owner."""
        entity_id = self.validated_data.get("createdBy")
        found = users_by_entity_id([entity_id] if entity_id else [])
        if entity_id and not found:
            raise ValidationError({"createdBy": [NO_SUCH_USER]})
        return found.get(entity_id)

    def people(self, members: list[dict[str, str]]) -> dict[User, str]:
        ids = [member["user"] for member in members]
        users = people_by_id(self.instance, ids) if self.instance else users_by_entity_id(ids)
        unknown = [n for n, member in enumerate(members) if member["user"] not in users]
        if unknown:
            raise ValidationError({f"staff.{n}.user": [NO_SUCH_USER] for n in unknown})
        return {users[m["user"]]: m.get("role", Role.STAFF) for m in members}


class IssuerChanges(IssuerInput):
    """Of an issuer: what is omitted stays; `staff`, where it is sent, is the whole staff."""

    changing = True
