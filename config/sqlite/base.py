"""Django's SQLite backend, except that it asks the library how many parameters one statement may
have.

Django assumes 999 (SQLite before 3.32) and cuts bulk inserts into slices of that size.
"""

import sqlite3

from django.db.backends.sqlite3.base import DatabaseWrapper as SQLiteWrapper
from django.db.backends.sqlite3.features import DatabaseFeatures as SQLiteFeatures
from django.utils.functional import cached_property


class DatabaseFeatures(SQLiteFeatures):
    @cached_property
    def max_query_params(self) -> int:  # type: ignore[override]
        """The limit that this SQLite was built with (32,766 by default)."""
        self.connection.ensure_connection()
        return self.connection.connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER)


class DatabaseWrapper(SQLiteWrapper):
    features_class = DatabaseFeatures
