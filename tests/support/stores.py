"""What a running server has stored of what it was sent: rows and files, to be compared with what
was before. Jobs, and the pictures they draw, come and go by themselves.
"""

import sqlite3
from contextlib import closing

import psycopg

from tests.support.servers import Server

OF_ITS_OWN = {"jobs_job", "sqlite_sequence"}
Stored = dict[str, list[str]]
TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name",
    "postgres": "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename",
}


def everything(server: Server) -> Stored:
    """The rows of every table, and under `media` the uploaded files."""
    if url := server.database.environment.get("DATABASE_URL"):
        connection, tables = psycopg.connect(url), TABLES["postgres"]
    else:
        database = server.data / "laurel.sqlite3"
        connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
        tables = TABLES["sqlite"]
    with closing(connection):
        names = [name for (name,) in connection.execute(tables).fetchall()]
        names = [name for name in names if name not in OF_ITS_OWN]
        rows = {
            name: sorted(map(repr, connection.execute(f'SELECT * FROM "{name}"').fetchall()))  # noqa: S608
            for name in names
        }
    files = (server.data / "media" / "artwork").rglob("*")
    return rows | {"media": sorted(str(file) for file in files if file.is_file())}
