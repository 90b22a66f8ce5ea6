"""What `/v2` answers look like, for the documentation and for those who hold answers to it.

The objects themselves are made in `representations.py`; tests hold the two together.
"""

from typing import Any

from rest_framework import serializers

from accounts.api.shapes import BadgeUserShape, PersonV1Shape
from issuer.api.inputs.assertions import AwardInput
from issuer.models import Acceptance, Duration, IdentityType, Issuance, Role


def text(**kwargs: Any) -> serializers.CharField:
    return serializers.CharField(**kwargs)


def text_or_null() -> serializers.CharField:
    return serializers.CharField(allow_null=True)


def moment(**kwargs: Any) -> serializers.DateTimeField:
    return serializers.DateTimeField(**kwargs)


def entity(kind: str) -> serializers.ChoiceField:
    return serializers.ChoiceField(choices=[kind])


class StaffShape(serializers.Serializer[Any]):
    userProfile = BadgeUserShape()
    user = text(help_text="The person's entity id.")
    role = serializers.ChoiceField(choices=Role.choices)


class IssuerShape(serializers.Serializer[Any]):
    entityType = entity("Issuer")
    entityId = text()
    openBadgeId = text(help_text="The id of the public Open Badges document.")
    createdAt = moment()
    createdBy = text_or_null()
    name = text()
    image = text_or_null()
    email = text()
    description = text_or_null()
    url = text()
    staff = StaffShape(many=True, required=False, help_text="Absent with `include_staff=0`.")
    extensions = serializers.DictField(child=serializers.DictField())
    archived = serializers.BooleanField()
    badgrDomain = text()


class AlignmentShape(serializers.Serializer[Any]):
    targetName = text()
    targetUrl = text()
    targetDescription = text_or_null()
    targetFramework = text_or_null()
    targetCode = text_or_null()


class ExpiryShape(serializers.Serializer[Any]):
    amount = serializers.IntegerField(allow_null=True)
    duration = serializers.ChoiceField(choices=Duration.choices, allow_null=True)


class BadgeClassShape(serializers.Serializer[Any]):
    entityType = entity("BadgeClass")
    entityId = text()
    openBadgeId = text()
    createdAt = moment()
    createdBy = text_or_null()
    issuer = text(help_text="The issuer's entity id.")
    issuerOpenBadgeId = text()
    name = text()
    image = text()
    description = text()
    criteriaUrl = text_or_null()
    criteriaNarrative = text_or_null()
    alignments = AlignmentShape(many=True)
    tags = serializers.ListField(child=text())
    expires = ExpiryShape(help_text="How long an award lasts that does not say so itself.")
    oncePerPerson = serializers.BooleanField()
    extensions = serializers.DictField(child=serializers.DictField())
    archived = serializers.BooleanField()


class RecipientShape(serializers.Serializer[Any]):
    identity = text(help_text="As published: hashed with the salt, or plain.")
    hashed = serializers.BooleanField()
    type = serializers.ChoiceField(choices=IdentityType.choices)
    plaintextIdentity = text()
    salt = text(required=False, help_text="Absent where the identity is not hashed.")


class EvidenceShape(serializers.Serializer[Any]):
    url = text_or_null()
    narrative = text_or_null()
    name = text(required=False)
    description = text(required=False)
    genre = text(required=False)
    audience = text(required=False)


class AssertionShape(serializers.Serializer[Any]):
    entityType = entity("Assertion")
    entityId = text()
    openBadgeId = text()
    createdAt = moment()
    createdBy = text_or_null()
    badgeclass = text(help_text="The badge class's entity id.")
    badgeclassOpenBadgeId = text()
    issuer = text(help_text="The issuer's entity id.")
    issuerOpenBadgeId = text()
    image = text(help_text="Leads to the baked image.")
    recipient = RecipientShape()
    issuedOn = moment()
    narrative = text_or_null()
    evidence = EvidenceShape(many=True)
    revoked = serializers.BooleanField()
    revocationReason = text_or_null()
    acceptance = serializers.ChoiceField(choices=Acceptance.choices)
    expires = moment(allow_null=True)
    extensions = serializers.DictField(child=serializers.DictField())


class BatchShape(serializers.Serializer[Any]):
    """Or the bare array."""

    assertions = AwardInput(many=True)
    create_notification = serializers.BooleanField(
        required=False, help_text="Holds for the items that do not say `notify`."
    )


class RowShape(serializers.Serializer[Any]):
    row = serializers.IntegerField()
    assertion = serializers.CharField(allow_null=True, help_text="The award's entity id.")
    errors = serializers.DictField(
        child=serializers.ListField(child=text()), help_text="Why it was refused."
    )


class IssuanceShape(serializers.Serializer[Any]):
    entityType = entity("Issuance")
    entityId = text()
    statusUrl = text()
    badgeclass = text()
    issuer = text()
    createdAt = moment()
    createdBy = text_or_null()
    finishedAt = moment(allow_null=True)
    state = serializers.ChoiceField(choices=Issuance.State.choices)
    problem = text_or_null()
    total = serializers.IntegerField()
    done = serializers.IntegerField()
    awarded = serializers.IntegerField()
    refused = serializers.IntegerField()
    rows = RowShape(many=True, required=False, help_text="Of one issuance, the rows that are done.")


class RevocationShape(serializers.Serializer[Any]):
    entityId = text()
    revocationReason = text()


class RevocationOutcomeShape(serializers.Serializer[Any]):
    revoked = serializers.BooleanField()
    entityId = text(required=False, help_text="As it was sent; a long text is cut.")
    revocationReason = text(required=False, help_text="As it was sent; a long text is cut.")
    reason = text(required=False, help_text="Why it was not revoked.")


class StaffV1Shape(serializers.Serializer[Any]):
    user = PersonV1Shape()
    role = serializers.ChoiceField(choices=Role.choices)
