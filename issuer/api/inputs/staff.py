"""Members of an issuer's staff as the staff routes take them."""

from typing import Any

from django.core.exceptions import ValidationError
from rest_framework import serializers
from rest_framework.exceptions import NotFound

from accounts.models import User
from issuer.api.fields import EmailField, StringField
from issuer.models import Role
from issuer.queries import people_by_id, person_by_email

NO_SUCH_USER = "Nobody on this server has verified this address."


class StaffMemberInput(serializers.Serializer[Any]):
    """A member of the staff of an issuer, the instance, by a verified address, or by user id."""

    email = EmailField(required=False, max_length=254)
    user = StringField(required=False, max_length=64)
    role = serializers.ChoiceField(choices=Role.choices, required=False)

    def person(self) -> User:
        """Raises ValidationError where nobody here has that address or id."""
        email, entity_id = (self.validated_data.get(name) for name in ("email", "user"))
        if (email is None) == (entity_id is None):
            raise ValidationError("Give either email or user.")
        try:
            if email is not None:
                return person_by_email(self.instance, email)
            return people_by_id(self.instance, [entity_id])[entity_id]
        except (User.DoesNotExist, KeyError):
            field = "user" if email is None else "email"
            raise ValidationError({field: [NO_SUCH_USER]}) from None

    def role_told(self) -> Role:
        try:
            return Role(self.validated_data["role"])
        except KeyError:
            raise ValidationError({"role": ["This field is required."]}) from None


class StaffActionInput(serializers.Serializer[Any]):
    """The one form of all changes in v1 to the staff of an issuer, the instance; `username` is an
    address there, too.
    """

    action = serializers.ChoiceField(choices=["add", "modify", "remove"])
    email = EmailField(required=False, max_length=254)
    username = EmailField(required=False, max_length=254)
    role = serializers.ChoiceField(choices=Role.choices, default=Role.STAFF)

    def person(self) -> User:
        """Raises ValidationError without an address; NotFound, which tells of the person rather
        than of the issuer, for an unknown one (badgr-api.md 2.5).
        """
        data = self.validated_data
        email = data.get("email") or data.get("username")
        if not email:
            raise ValidationError({"email": ["This field is required."]})
        try:
            return person_by_email(self.instance, email)
        except User.DoesNotExist:
            raise NotFound(NO_SUCH_USER) from None
