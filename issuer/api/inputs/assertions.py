"""Awards, batches of them, corrections and revocations as `/v2` takes them."""

from collections.abc import Callable
from typing import Any, cast

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from rest_framework import serializers

from api.courtesy import courtesy
from api.entity_ids import MAX_LENGTH as MAX_ENTITY_ID
from api.errors import InvalidItems, flatten
from issuer.api.fields import (
    CountedListField,
    ExtensionsField,
    InstantField,
    ItemsField,
    NameField,
    StringField,
    TextField,
    UnreadField,
    WebAddressField,
)
from issuer.api.inputs.changeable import ChangeableInput, Input
from issuer.models import MAX_IDENTITY, Assertion, IdentityType
from issuer.services.award_drafts import SAYS_NOTHING, Award, Errors, InvalidAward, are_many
from issuer.services.corrections import Correction
from issuer.services.issuances import MAX_ROWS
from issuer.services.revocations import MAX_AT_ONCE, MAX_REASON, OUT_OF_REACH, Revocation
from issuer.texts import MAX_TEXT, has_controls
from ob.identity import hash_identity


class RecipientInput(Input):
    identity = StringField(max_length=MAX_IDENTITY)
    type = serializers.ChoiceField(
        choices=IdentityType.choices, default=IdentityType.EMAIL, allow_null=True
    )
    hashed = serializers.BooleanField(required=False, allow_null=True, default=None)


class CorrectedRecipientInput(RecipientInput):
    """Where the type is omitted it stays."""

    type = serializers.ChoiceField(choices=IdentityType.choices, required=False, allow_null=True)


class EvidenceInput(Input):
    url = WebAddressField(required=False, allow_null=True)
    narrative = TextField(max_length=MAX_TEXT)
    name = TextField(max_length=1024, allow_blank=True)
    description = TextField(max_length=MAX_TEXT, allow_blank=True)
    genre = TextField(max_length=1024, allow_blank=True)
    audience = TextField(max_length=1024, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs.get("url") and not attrs.get("narrative"):
            raise serializers.ValidationError(SAYS_NOTHING)
        return {key: value for key, value in attrs.items() if value}


class AwardInput(ChangeableInput):
    """An award; `create_notification` is another name of `notify`."""

    recipient = RecipientInput()
    issuedOn = InstantField(required=False, allow_null=True)
    expires = InstantField(required=False, allow_null=True)
    narrative = TextField(max_length=MAX_TEXT)
    evidence = ItemsField(child=EvidenceInput(), max_length=100)
    allowDuplicateAwards = serializers.BooleanField(default=True, allow_null=True)
    notify = serializers.BooleanField(required=False, allow_null=True)
    create_notification = serializers.BooleanField(required=False, allow_null=True)
    extensions = ExtensionsField()

    def award(self) -> Award:
        return award_of(self.validated_data)


class IssuersAwardInput(AwardInput):
    """Where the address names an issuer alone, the body names one of its classes, in one way."""

    badgeclass = StringField(required=False, allow_null=True, max_length=1024)
    badgeclassOpenBadgeId = StringField(required=False, allow_null=True, max_length=1024)
    badgeclassName = StringField(required=False, allow_null=True, max_length=1024)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        named = {name: attrs[name] for name in CLASS_NAMES if attrs.get(name) is not None}
        if not named:
            raise serializers.ValidationError({"badgeclass": ["This field is required"]})
        if len(named) > 1:
            raise serializers.ValidationError("Multiple badge class identifiers: give one of them.")
        return attrs | {"class_named": named}

    def class_named(self) -> tuple[str, str]:
        """By which of its fields the body names the class, and what it says there."""
        ((name, value),) = self.validated_data["class_named"].items()
        return name, value


CLASS_NAMES = ("badgeclass", "badgeclassOpenBadgeId", "badgeclassName")


def award_of(data: dict[str, Any], *, notify: bool | None = None) -> Award:
    """The award of one validated item; `notify` is what holds where it says nothing itself."""
    recipient = data["recipient"]
    told = [data.get("notify"), data.get("create_notification"), notify]
    return Award(
        identity=recipient["identity"],
        identity_type=recipient["type"] or IdentityType.EMAIL,
        hashed=recipient["hashed"],
        issued_on=data.get("issuedOn"),
        expires_at=data.get("expires"),
        narrative=data.get("narrative") or "",
        evidence=data.get("evidence") or (),
        exclusive=data["allowDuplicateAwards"] is False,
        notify=next((wish for wish in told if wish is not None), None),
        extensions=data.get("extensions") or {},
    )


class CorrectionInput(AwardInput):
    """Of an award what is to change: clients send a part, or back the whole that they read."""

    changing = True

    recipient = CorrectedRecipientInput()
    issuedOn = InstantField(required=False)

    def correction(self, assertion: Assertion) -> Correction:
        """What `correct_assertion` takes: only what was sent. A recipient told as we tell them,
        hashed or plain, is the one of before (clients.md 3.14).
        """
        data = self.validated_data
        told = {ours: data[theirs] for theirs, ours in MOMENTS.items() if theirs in data}
        if "narrative" in data:
            told["narrative"] = data["narrative"] or ""
        if "evidence" in data:
            told["evidence"] = data["evidence"] or []
        if "extensions" in data:
            told["extensions"] = data["extensions"] or {}
        recipient = data.get("recipient", {})
        if recipient.get("identity", assertion.identity_given) not in known_as(assertion):
            told["identity"] = recipient["identity"]
        if recipient.get("type"):
            told["identity_type"] = recipient["type"]
        if recipient.get("hashed") is not None:
            told["hashed"] = recipient["hashed"]
        return cast(Correction, told)


MOMENTS = {"issuedOn": "issued_on", "expires": "expires_at"}


def known_as(assertion: Assertion) -> set[str]:
    """The forms in which the API tells who has this award."""
    identity = assertion.recipient.identity
    return {identity, assertion.identity_given, hash_identity(identity, assertion.salt)}


MORE_EVIDENCE = 5000  # of all awards of a batch together, beside one for each


# A list that is all wrong shows it here. All of it is vetted when it is awarded.
BEGINNING = 200


class BatchInput(Input):
    """A batch: `assertions`, each an award, and what holds for those that do not say `notify`."""

    assertions = CountedListField(
        child=UnreadField(allow_null=True), min_length=1, max_length=MAX_ROWS
    )
    notify = serializers.BooleanField(required=False, allow_null=True)
    create_notification = serializers.BooleanField(required=False, allow_null=True)

    def validate_assertions(self, items: list[Any]) -> list[Any]:
        """Counted before anything looks into them."""
        told = [item["evidence"] for item in items if isinstance(item, dict) and "evidence" in item]
        found = sum(len(evidence) for evidence in told if isinstance(evidence, list))
        if found > len(items) + MORE_EVIDENCE:
            raise serializers.ValidationError(
                f"A batch of {len(items)} has at most {len(items) + MORE_EVIDENCE} pieces of"
                " evidence."
            )
        return items

    def awards(
        self, *, check: Callable[[Any], None], vet: Callable[[Award], object]
    ) -> list[Award | InvalidAward]:
        """In order; items of a wrong shape, and those that `check` raises ValidationError for,
        stand among them with what is wrong. Raises InvalidItems where many are: of the beginning
        also by `vet`, which raises ValidationError for what no list of awards would do.
        """
        data = self.validated_data
        told = [data.get("notify"), data.get("create_notification")]
        default = next((wish for wish in told if wish is not None), None)
        shape = AwardInput(context=self.context)
        found: list[Award | InvalidAward] = []
        errors: dict[int, Errors] = {}
        for index, item in enumerate(data["assertions"]):
            courtesy.give_way()
            if are_many(errors):
                raise InvalidItems(errors, unread=len(data["assertions"]) - index)
            try:
                check(item)
                award = award_of(shape.run_validation(item), notify=default)
                if index < BEGINNING:
                    vet(award)
                found.append(award)
            except serializers.ValidationError as error:
                fields, rest = flatten(error.detail)
                errors[index] = fields | ({NON_FIELD_ERRORS: rest} if rest else {})
                found.append(InvalidAward(errors[index]))
            except ValidationError as error:
                errors[index] = error.message_dict
                found.append(InvalidAward(errors[index]))
        return found


class RevocationInput(serializers.Serializer[Any]):
    revocation_reason = NameField(max_length=MAX_REASON)


def read_revocations(body: Any) -> list[Revocation | str]:
    """The wishes of a bulk revocation, in order; of one that is incomplete, what it lacks.

    Raises ValidationError for what is no list (badgr-api.md 2.4).
    """
    if not isinstance(body, list):
        raise ValidationError("Send a list of objects with entityId and revocationReason.")
    if len(body) > MAX_AT_ONCE:
        raise ValidationError(f"Revoke at most {MAX_AT_ONCE} awards at once.")
    return [read_revocation(item) for item in body]


def read_revocation(item: Any) -> Revocation | str:
    told = item if isinstance(item, dict) else {}
    for name in ("entityId", "revocationReason"):
        if not isinstance(told.get(name), str) or not told[name].strip():
            return f"{name} is required"
    if len(told["entityId"]) > MAX_ENTITY_ID:
        return OUT_OF_REACH
    if has_controls(told["revocationReason"]):
        return "revocationReason has control characters"
    return Revocation(told["entityId"], told["revocationReason"])
