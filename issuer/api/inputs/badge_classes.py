"""Badge classes as `/v2` takes them."""

from typing import Any, cast

from rest_framework import serializers
from rest_framework.fields import empty

from issuer.api.fields import (
    KEEP,
    DescriptionField,
    ExtensionsField,
    ImageField,
    ItemsField,
    ListOrOneField,
    NameField,
    StringField,
    TextField,
    WebAddressField,
)
from issuer.api.inputs.changeable import ChangeableInput, Input
from issuer.artwork import Artwork
from issuer.models import Duration
from issuer.services.badge_classes import BadgeClassFields
from issuer.texts import MAX_TEXT


class AlignmentInput(Input):
    targetName = NameField(max_length=1024)
    targetUrl = WebAddressField()
    targetDescription = TextField(max_length=MAX_TEXT, allow_blank=True)
    targetFramework = TextField(max_length=1024, allow_blank=True)
    targetCode = TextField(max_length=1024, allow_blank=True)


class ExpiryInput(Input):
    amount = serializers.IntegerField(min_value=1, max_value=100_000, allow_null=True)
    duration = serializers.ChoiceField(choices=Duration.choices, allow_null=True)

    def run_validation(self, data: Any = empty) -> Any:
        """`{}` says nothing, like null (badgr-api.md 2.3)."""
        return None if data == {} else super().run_validation(data)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if (attrs["amount"] is None) != (attrs["duration"] is None):
            raise serializers.ValidationError("Give both amount and duration, or null for both.")
        return attrs


class BadgeClassInput(ChangeableInput):
    """A new badge class."""

    name = NameField(max_length=1024)
    description = DescriptionField(max_length=MAX_TEXT)
    image = ImageField()
    criteriaUrl = WebAddressField(required=False, allow_null=True)
    criteriaNarrative = TextField(max_length=MAX_TEXT)
    tags = ListOrOneField(
        child=NameField(max_length=254), required=False, allow_null=True, max_length=100
    )
    alignments = ItemsField(child=AlignmentInput(), max_length=100)
    expires = ExpiryInput(required=False, allow_null=True)
    oncePerPerson = serializers.BooleanField(required=False, allow_null=True)
    extensions = ExtensionsField()
    archived = serializers.BooleanField(required=False, allow_null=True)

    def validate_image(self, image: Artwork | str) -> Artwork | str:
        if image == KEEP and not self.changing:
            raise serializers.ValidationError("This field is required.")
        return image

    def fields_told(self) -> BadgeClassFields:
        """What `create_badge_class` and `update_badge_class` take: only what was sent."""
        data = self.validated_data
        told = {ours: data[theirs] or "" for theirs, ours in TEXTS.items() if theirs in data}
        told |= {name: data[name] for name in ("name", "description") if name in data}
        if data.get("archived") is not None:
            told["archived"] = data["archived"]
        if data.get("image") not in (None, KEEP):
            told["image"] = data["image"]
        if "tags" in data:
            told["tags"] = data["tags"] or []
        if "alignments" in data:
            told["alignments"] = [
                {key: value for key, value in row.items() if value}
                for row in data["alignments"] or ()
            ]
        if data.get("expires") is not None:
            told["expires_amount"] = data["expires"].get("amount")
            told["expires_duration"] = data["expires"].get("duration") or ""
        if data.get("oncePerPerson") is not None:
            told["once_per_person"] = data["oncePerPerson"]
        if "extensions" in data:
            told["extensions"] = data["extensions"] or {}
        return cast(BadgeClassFields, told)


class IssuersBadgeClassInput(BadgeClassInput):
    """Where the address does not name the issuer, the body does."""

    issuer = StringField(max_length=64)


class BadgeClassChanges(BadgeClassInput):
    """What is omitted stays; so does the image where a web address or null stands for it: a class
    always has one.
    """

    changing = True

    image = ImageField(allow_null=True)


TEXTS = {"criteriaUrl": "criteria_url", "criteriaNarrative": "criteria_narrative"}
