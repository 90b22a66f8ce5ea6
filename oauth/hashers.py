"""Client secrets are random, so they are kept like app passwords: one fast keyed digest."""

from django.contrib.auth.hashers import BasePasswordHasher
from django.utils.crypto import constant_time_compare

from accounts.secrets import keyed_digest


class KeyedHasher(BasePasswordHasher):
    algorithm = "keyed"

    def salt(self) -> str:
        return ""  # equal random secrets do not occur; the server's key is the salt

    def encode(self, password: str, salt: str) -> str:
        return f"{self.algorithm}${keyed_digest(password)}"

    def decode(self, encoded: str) -> dict[str, str]:
        algorithm, digest = encoded.split("$", 1)
        return {"algorithm": algorithm, "hash": digest, "salt": ""}

    def verify(self, password: str, encoded: str) -> bool:
        return constant_time_compare(self.encode(password, ""), encoded)

    def safe_summary(self, encoded: str) -> dict[str, str]:
        return {"algorithm": self.algorithm}

    def must_update(self, encoded: str) -> bool:
        return False

    def harden_runtime(self, password: str, encoded: str) -> None:
        return None  # nothing to harden: the digest is fast for all
