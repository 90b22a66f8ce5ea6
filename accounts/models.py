"""People and their app passwords. Verified addresses are allauth's `EmailAddress`, the one place
they live.
"""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils import timezone

from api.entity_ids import new_entity_id
from ob.identity import normalise_identity


class UserManager(BaseUserManager["User"]):
    """How Django finds who signs in. People are made by `accounts.services.people` alone."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=normalise_identity("email", username or ""))


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in. `email` is the primary address; `emailaddress_set` has all, with their
    state.
    """

    entity_id = models.CharField(max_length=64, unique=True, default=new_entity_id, editable=False)
    # Which of the person's passwords this is: made at random with each new one, whatever its hash.
    password_epoch = models.CharField(max_length=64, default=new_entity_id, editable=False)
    email = models.EmailField(unique=True)
    first_name = models.CharField(max_length=150, blank=True)
    last_name = models.CharField(max_length=150, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    # Approved by an administrator: may create issuers while LAUREL_ISSUER_CREATION is `approved`.
    may_create_issuers = models.BooleanField(default=False)
    agreed_terms_version = models.PositiveIntegerField(default=0)
    marketing_opt_in = models.BooleanField(default=False)
    date_joined = models.DateTimeField(default=timezone.now)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.email

    def get_full_name(self) -> str:
        return str(self)

    def set_password(self, raw_password: str | None) -> None:
        super().set_password(raw_password)
        self.password_epoch = new_entity_id()

    def set_unusable_password(self) -> None:
        super().set_unusable_password()
        self.password_epoch = new_entity_id()

    def check_password(self, raw_password: str) -> bool:
        """A right one is hashed anew where hashes have become slower: it is the same password."""

        def hash_anew(raw_password: str) -> None:
            self.password = make_password(raw_password)
            self.save(update_fields=["password"])

        return check_password(raw_password, self.password, hash_anew)


class AppPassword(models.Model):
    """A random password for one program: scoped, revocable, kept as a keyed digest, shown once."""

    entity_id = models.CharField(max_length=64, unique=True, default=new_entity_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="app_passwords")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class TermsVersion(models.Model):
    """What people agree to, as an administrator wrote it; the highest version is in force."""

    version = models.PositiveIntegerField(unique=True)
    short_description = models.TextField(help_text="What changed, or what is agreed to.")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"version {self.version}"


class IssuerCreationRequest(models.Model):
    """Somebody asks to be allowed to create issuers; an administrator decides, once."""

    entity_id = models.CharField(max_length=64, unique=True, default=new_entity_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="issuer_requests")
    reason = models.TextField(max_length=2000)
    created_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    approved = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            # one open request a person: asking twice is asking once
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(decided_at=None),
                name="accounts_one_open_request",
            )
        ]

    def __str__(self) -> str:
        return self.entity_id
