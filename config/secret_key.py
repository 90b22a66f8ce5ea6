"""The server's secret key: made once, kept in LAUREL_DATA with mode 0600. Everything signed or
keyed hangs on it.
"""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from config.durability import sync_folder


def read_or_create_secret_key(data: Path) -> str:
    """Return the key in `data/secret-key`, made on first use. Two processes that start at once
    agree.
    """
    path = data / "secret-key"
    with suppress(FileNotFoundError):
        return path.read_text().strip()
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = data / f".secret-key-{os.getpid()}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(64))
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        os.link(draft, path)  # fails where another process was first: its key is the key
    draft.unlink()
    sync_folder(data)
    return path.read_text().strip()
