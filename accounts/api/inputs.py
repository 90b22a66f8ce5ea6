"""What the routes on people take. What is omitted stays as it is (DESIGN 9)."""

from typing import Any

from rest_framework import serializers


class StringField(serializers.CharField):
    """A JSON string; numbers and booleans are not quietly turned into one."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


def name_field(**more: Any) -> StringField:
    return StringField(max_length=150, allow_blank=True, required=False, **more)


def password_field(**more: Any) -> StringField:
    return StringField(max_length=1024, trim_whitespace=False, **more)


VERSION = {"min_value": 0, "max_value": 2_000_000_000, "required": False}


class AddressInput(serializers.Serializer[Any]):
    email = serializers.EmailField(max_length=254)
    primary = serializers.BooleanField(default=False)


class SelfChanges(serializers.Serializer[Any]):
    """Oneself in v2. `emails`, where it is sent, are all one has."""

    firstName = name_field(source="first_name")
    lastName = name_field(source="last_name")
    emails = AddressInput(many=True, required=False, allow_empty=False, max_length=20)
    password = password_field(required=False)
    currentPassword = password_field(required=False, source="current_password")
    agreedTermsVersion = serializers.IntegerField(source="agreed_terms_version", **VERSION)
    marketingOptIn = serializers.BooleanField(source="marketing_opt_in", required=False)


class SelfV1Changes(serializers.Serializer[Any]):
    first_name = name_field()
    last_name = name_field()
    password = password_field(required=False)
    current_password = password_field(required=False)
    agreed_terms_version = serializers.IntegerField(**VERSION)
    marketing_opt_in = serializers.BooleanField(required=False)


class SignUpInput(serializers.Serializer[Any]):
    email = serializers.EmailField(max_length=254)
    password = password_field()
    first_name = name_field()
    last_name = name_field()
    marketing_opt_in = serializers.BooleanField(required=False)


class ForgottenInput(serializers.Serializer[Any]):
    email = serializers.EmailField(max_length=254)


class NewPasswordInput(serializers.Serializer[Any]):
    token = StringField(max_length=200)
    password = password_field()


class NewAddressInput(serializers.Serializer[Any]):
    email = serializers.EmailField(max_length=254)


class AddressActInput(serializers.Serializer[Any]):
    primary = serializers.BooleanField(required=False)
    resend = serializers.BooleanField(required=False)
