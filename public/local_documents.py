"""What the public door reads where the database is a SQLite file: its documents, past Django."""

import sqlite3
from typing import ClassVar

from django.db import Error, connection

from issuer.queries import DOCUMENT_SQL, StoredDocument


class LocalDocuments:
    """`stored_document` where the database is a SQLite file, on a connection of its own and past
    Django's wrapper, which takes four times as long as the read itself.

    For one thread at a time.
    """

    SQL: ClassVar = {key: sql.replace("%s", "?") for key, sql in DOCUMENT_SQL.items()}

    def __init__(self) -> None:
        # Opened by the first read: a connection must not be taken into a forked process.
        self.connection: sqlite3.Connection | None = None

    def read(self, collection: str, entity_id: str) -> StoredDocument | None:
        """None also where it would have to wait, or fails."""
        try:
            if self.connection is None:
                self.connection = connect_reader()
            row = self.connection.execute(self.SQL[collection], (entity_id,)).fetchone()
        except (sqlite3.Error, Error):
            return None
        return StoredDocument(*row) if row else None


def connect_reader() -> sqlite3.Connection:
    """SQLite's own connection, set up as Django's are, that neither writes nor waits for a lock."""
    wrapper = connection.copy()
    wrapper.connect()
    wrapper.connection.executescript("PRAGMA query_only=ON; PRAGMA busy_timeout=0;")
    return wrapper.connection
