"""What answers about people look like, for the documentation and for tests of answers."""

from typing import Any

from rest_framework import serializers


class EmailShape(serializers.Serializer[Any]):
    email = serializers.CharField()
    verified = serializers.BooleanField()
    primary = serializers.BooleanField()
    caseVariants = serializers.ListField(child=serializers.CharField())


class BadgeUserShape(serializers.Serializer[Any]):
    entityType = serializers.ChoiceField(choices=["BadgeUser"])
    entityId = serializers.CharField()
    firstName = serializers.CharField(allow_blank=True)
    lastName = serializers.CharField(allow_blank=True)
    emails = EmailShape(many=True)
    url = serializers.ListField(child=serializers.CharField())
    telephone = serializers.ListField(child=serializers.CharField())
    badgrDomain = serializers.CharField()


class RecipientOfSelfShape(serializers.Serializer[Any]):
    type = serializers.CharField()
    identity = serializers.CharField()


class SelfShape(BadgeUserShape):
    """With `emails` only of oneself; so are those that may be absent here."""

    entityType = serializers.CharField()
    emails = EmailShape(many=True, required=False)
    agreedTermsVersion = serializers.IntegerField(required=False)
    hasAgreedToLatestTermsVersion = serializers.BooleanField(required=False)
    marketingOptIn = serializers.BooleanField(required=False)
    hasPasswordSet = serializers.BooleanField(required=False)
    recipient = RecipientOfSelfShape(required=False)


class TermsVersionShape(serializers.Serializer[Any]):
    entityType = serializers.CharField()
    version = serializers.IntegerField()
    shortDescription = serializers.CharField()
    created = serializers.DateTimeField()
    updated = serializers.DateTimeField()


class NothingShape(serializers.Serializer[Any]):
    """An empty object: it is done, and there is nothing to tell."""


class PersonV1Shape(serializers.Serializer[Any]):
    slug = serializers.CharField()
    first_name = serializers.CharField(allow_blank=True)
    last_name = serializers.CharField(allow_blank=True)
    email = serializers.CharField()
    url = serializers.ListField(child=serializers.CharField())
    telephone = serializers.ListField(child=serializers.CharField())


class SelfV1Shape(PersonV1Shape):
    agreed_terms_version = serializers.IntegerField()
    latest_terms_version = serializers.IntegerField()
    marketing_opt_in = serializers.BooleanField()
    has_password_set = serializers.BooleanField()


class AddressV1Shape(serializers.Serializer[Any]):
    id = serializers.CharField(help_text="Opaque.")
    email = serializers.CharField()
    verified = serializers.BooleanField()
    primary = serializers.BooleanField()
    variants = serializers.ListField(child=serializers.CharField())
