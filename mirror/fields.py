"""Secrets in the database: sealed as `accounts.secrets` seals, opened when read."""

from typing import Any

from cryptography.fernet import InvalidToken
from django.db import models

from accounts.secrets import sealing


class EncryptedTextField(models.TextField):
    """Text that a stolen database does not tell. Under another SECRET_KEY it reads as empty: it has
    to be entered again.
    """

    def get_prep_value(self, value: Any) -> Any:
        return sealing().encrypt(value.encode()).decode() if value else ""

    def from_db_value(self, value: Any, expression: object, connection: object) -> str:
        try:
            return sealing().decrypt(value.encode()).decode() if value else ""
        except InvalidToken:
            return ""
