"""Secrets in the database: encrypted under a key derived from SECRET_KEY, opened when read."""

import base64
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.db import models
from django.utils.crypto import salted_hmac


def _cipher() -> Fernet:
    key = salted_hmac("laurel.mirror", "secrets at rest", algorithm="sha256").digest()
    return Fernet(base64.urlsafe_b64encode(key))


class EncryptedTextField(models.TextField):
    """Text that a stolen database does not tell. Under another SECRET_KEY it reads as empty: it has
    to be entered again.
    """

    def get_prep_value(self, value: Any) -> Any:
        return _cipher().encrypt(value.encode()).decode() if value else ""

    def from_db_value(self, value: Any, expression: object, connection: object) -> str:
        try:
            return _cipher().decrypt(value.encode()).decode() if value else ""
        except InvalidToken:
            return ""
