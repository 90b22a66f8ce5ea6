"""What `/v2` accepts (badgr-api.md 2.2-2.4): shapes, types and lengths. Rules of the domain live in
the services.
"""

from typing import Any

from rest_framework import serializers

from issuer.api.fields import (
    DescriptionField,
    ExtensionsField,
    ImageField,
    InstantField,
    ListOrOneField,
    NameField,
    StringField,
    TextField,
    WebAddressField,
)
from issuer.artwork import Artwork
from issuer.models import MAX_IDENTITY, Duration, IdentityType
from issuer.services.award_drafts import Award
from issuer.services.badge_classes import BadgeClassDraft
from issuer.services.revocations import MAX_REASON

MAX_TEXT = 16384


class IssuerInput(serializers.Serializer[Any]):
    name = NameField(max_length=1024)
    url = WebAddressField()
    email = serializers.EmailField(max_length=255)
    description = TextField(max_length=MAX_TEXT)
    image = ImageField(required=False, allow_null=True)
    extensions = ExtensionsField()

    def arguments(self) -> dict[str, Any]:
        """Keyword arguments for `create_issuer`."""
        data = dict(self.validated_data)
        texts = {"description": data.get("description") or ""}
        return data | texts | {"extensions": data.get("extensions") or {}}


class AlignmentInput(serializers.Serializer[Any]):
    targetName = NameField(max_length=1024)
    targetUrl = WebAddressField()
    targetDescription = TextField(max_length=MAX_TEXT, allow_blank=True)
    targetFramework = TextField(max_length=1024, allow_blank=True)
    targetCode = TextField(max_length=1024, allow_blank=True)


class ExpiryInput(serializers.Serializer[Any]):
    amount = serializers.IntegerField(min_value=1, max_value=100_000, allow_null=True)
    duration = serializers.ChoiceField(choices=Duration.choices, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if (attrs["amount"] is None) != (attrs["duration"] is None):
            raise serializers.ValidationError("Give both amount and duration, or null for both.")
        return attrs


class BadgeClassInput(serializers.Serializer[Any]):
    name = NameField(max_length=1024)
    description = DescriptionField(max_length=MAX_TEXT)
    image = ImageField()
    criteriaUrl = WebAddressField(required=False, allow_null=True)
    criteriaNarrative = TextField(max_length=MAX_TEXT)
    tags = ListOrOneField(
        child=NameField(max_length=254), required=False, allow_null=True, max_length=100
    )
    alignments = AlignmentInput(many=True, required=False, allow_null=True, max_length=100)
    expires = ExpiryInput(required=False, allow_null=True)
    oncePerPerson = serializers.BooleanField(required=False, allow_null=True)
    extensions = ExtensionsField()

    def validate_image(self, image: Artwork | None) -> Artwork:
        if image is None:
            raise serializers.ValidationError("This field is required.")
        return image

    def draft(self) -> BadgeClassDraft:
        data = self.validated_data
        expires = data.get("expires") or {}
        return BadgeClassDraft(
            name=data["name"],
            description=data["description"],
            image=data["image"],
            criteria_url=data.get("criteriaUrl") or "",
            criteria_narrative=data.get("criteriaNarrative") or "",
            tags=data.get("tags") or (),
            alignments=[
                {key: value for key, value in row.items() if value}
                for row in data.get("alignments") or ()
            ],
            expires_amount=expires.get("amount"),
            expires_duration=expires.get("duration") or "",
            once_per_person=data.get("oncePerPerson") or False,
            extensions=data.get("extensions") or {},
        )


class RecipientInput(serializers.Serializer[Any]):
    identity = StringField(max_length=MAX_IDENTITY)
    type = serializers.ChoiceField(
        choices=IdentityType.choices, default=IdentityType.EMAIL, allow_null=True
    )
    hashed = serializers.BooleanField(required=False, allow_null=True, default=None)


class EvidenceInput(serializers.Serializer[Any]):
    url = WebAddressField(required=False, allow_null=True)
    narrative = TextField(max_length=MAX_TEXT)
    name = TextField(max_length=1024, allow_blank=True)
    description = TextField(max_length=MAX_TEXT, allow_blank=True)
    genre = TextField(max_length=1024, allow_blank=True)
    audience = TextField(max_length=1024, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs.get("url") and not attrs.get("narrative"):
            raise serializers.ValidationError("Give a url, a narrative, or both.")
        return {key: value for key, value in attrs.items() if value}


class AwardInput(serializers.Serializer[Any]):
    recipient = RecipientInput()
    issuedOn = InstantField(required=False, allow_null=True)
    expires = InstantField(required=False, allow_null=True)
    narrative = TextField(max_length=MAX_TEXT)
    evidence = EvidenceInput(many=True, required=False, allow_null=True, max_length=100)
    allowDuplicateAwards = serializers.BooleanField(default=True, allow_null=True)
    extensions = ExtensionsField()

    def award(self) -> Award:
        data = self.validated_data
        recipient = data["recipient"]
        return Award(
            identity=recipient["identity"],
            identity_type=recipient["type"] or IdentityType.EMAIL,
            hashed=recipient["hashed"],
            issued_on=data.get("issuedOn"),
            expires_at=data.get("expires"),
            narrative=data.get("narrative") or "",
            evidence=data.get("evidence") or (),
            exclusive=data["allowDuplicateAwards"] is False,
            extensions=data.get("extensions") or {},
        )


class RevocationInput(serializers.Serializer[Any]):
    revocation_reason = NameField(max_length=MAX_REASON)
