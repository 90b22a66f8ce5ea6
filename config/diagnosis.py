"""What `laurel doctor` looks at, each thing in words: what is wrong and what to do about it.

Settings that are wrong in themselves are `laurel check`'s.
"""

import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import NamedTuple

import orjson
from django.conf import settings
from django.core.mail import get_connection
from django.db import Error, connection

from config.origins import LOOPBACK_HOSTS, host_of, is_loopback
from config.preparation import pending_migrations
from issuer.queries import stranded_origins
from jobs.queries import backlog
from net import OutboundError, Response, fetch, parse_allow
from notify.mail.queries import some_issuer_mails

LATE = 120  # seconds that a due job may wait before somebody should look
CLOCK_TOLERANCE = 30  # seconds
LEAST_SPACE = 500 * 1024 * 1024


class Finding(NamedTuple):
    topic: str
    well: bool
    text: str


def diagnose() -> Iterator[Finding]:
    """Every finding, topic by topic. The failure of one does not hide the others."""
    for examine in EXAMINATIONS:
        yield from examine()


def address() -> Iterator[Finding]:
    """LAUREL_URL as such, then as the world sees it: DNS, TLS, proxy, server."""
    url = settings.LAUREL_URL
    if settings.LAUREL_PRACTICE:
        yield Finding("URL", True, f"{url}: a practice server, for this machine alone.")
    elif settings.LAUREL_TLS:
        yield Finding("URL", True, f"{url}: the origin in every badge.")
    else:
        yield wrong_tls(f"{url} is plain http: badges, sign-ins and tokens travel in clear.")
    try:
        answer = fetch(f"{url}/healthz", allow=own_allowance(url), max_redirects=0)
    except OutboundError as error:
        yield Finding("URL", False, f"{url} does not answer. {error} Is Laurel running, and does "
                      "the name lead to it?")  # fmt: skip
        return
    yield from public_face(url, answer)


def origins() -> Iterator[Finding]:
    """Ids say where badges are hosted; each must lead here."""
    try:
        stranded = stranded_origins()
    except Error:
        return  # the database is a topic of its own
    for origin in stranded:
        yield Finding("URL", False, stranded_text(origin))


def stranded_text(origin: str) -> str:
    return (
        f"Issuers were published under {origin}, where this server does not answer: their badges,"
        " new ones too, cannot be verified. If that name still leads here, set LAUREL_OLD_URLS;"
        f" if nobody has their badges yet, `laurel republish --rebase` moves them to"
        f" {settings.LAUREL_URL}."
    )


def wrong_tls(text: str) -> Finding:
    return Finding("TLS", False, f"{text} Put a TLS proxy in front (docs/how-to/proxy.md).")


def own_allowance(url: str):  # type: ignore[no-untyped-def]
    """The doctor may visit its own address wherever it is, and nothing else that is private."""
    hosts = [host_of(url), *(LOOPBACK_HOSTS if is_loopback(url) else ())]
    return parse_allow(",".join(hosts))


def public_face(url: str, answer: Response) -> Iterator[Finding]:
    try:
        report = orjson.loads(answer.body)
        known = isinstance(report, dict) and {"database", "media", "status"} <= report.keys()
    except orjson.JSONDecodeError:
        known = False
    if not known:
        yield Finding("URL", False, f"{url}/healthz answers {answer.status}, but not as Laurel: "
                      "something else is there, or the proxy does not pass it on.")  # fmt: skip
        return
    well = answer.status == 200
    yield Finding("URL", well, f"{url} answers{'' if well else ', but says that it is failing'}.")
    if settings.LAUREL_TLS:
        yield Finding("TLS", True, "The certificate is valid for the name.")
    with suppress(TypeError, ValueError):
        there = parsedate_to_datetime(answer.headers.get("date", ""))
        yield clock_against("the public server", there)


def clock_against(whose: str, there: datetime) -> Finding:
    seconds = abs((datetime.now(UTC) - there).total_seconds())
    if seconds <= CLOCK_TOLERANCE:
        return Finding("Clock", True, f"It agrees with that of {whose}.")
    return Finding("Clock", False, f"It differs from that of {whose} by {seconds:.0f} seconds: "
                   "dates of awards and expiry will be wrong. Set up NTP.")  # fmt: skip


def database() -> Iterator[Finding]:
    try:
        with connection.cursor() as cursor:
            yield from (sqlite if connection.vendor == "sqlite" else postgresql)(cursor)
        if pending_migrations():
            yield Finding("Database", False, "It is not of this version's shape: run `laurel up`.")
        else:
            yield Finding("Database", True, f"{connection.display_name} can be used.")
    except Error as error:
        yield Finding("Database", False, f"It cannot be used: {error}".strip())


def sqlite(cursor) -> Iterator[Finding]:  # type: ignore[no-untyped-def]
    cursor.execute("PRAGMA quick_check(1)")
    (verdict,) = cursor.fetchone()
    if verdict != "ok":
        yield Finding("Database", False, f"The file is damaged ({verdict}): restore a backup.")


def postgresql(cursor) -> Iterator[Finding]:  # type: ignore[no-untyped-def]
    cursor.execute("SELECT now(), current_setting('fsync'), current_setting('synchronous_commit')")
    now, fsync, commit = cursor.fetchone()
    if fsync == "off" or commit == "off":
        yield Finding("Database", False, "fsync or synchronous_commit is off: awards that were "
                      "acknowledged can be lost in a power cut.")  # fmt: skip
    yield clock_against("the database", now)


def media() -> Iterator[Finding]:
    folder = Path(settings.MEDIA_ROOT)
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"laurel")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        yield Finding("Media", False, f"Images cannot be written to {folder}: {error.strerror}.")
        return
    free = shutil.disk_usage(folder).free
    if free < LEAST_SPACE:
        yield Finding("Media", False, f"Only {free // 2**20} MB are free in {folder}.")
    else:
        yield Finding("Media", True, "Images can be written.")


def secret_key() -> Iterator[Finding]:
    path = Path(settings.LAUREL_DATA) / "secret-key"
    if not path.exists():
        return
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield Finding("Secret key", False, f"Others can read {path}: run `chmod 600` on it.")
    else:
        yield Finding("Secret key", True, "Only Laurel can read it.")


def mail() -> Iterator[Finding]:
    if settings.EMAIL_BACKEND.endswith(".console.EmailBackend"):
        told = f"Mail is printed, not sent{waiting_for_it()}: set EMAIL_URL."
        yield Finding("Mail", settings.LAUREL_PRACTICE, told)
        return
    try:
        server = get_connection()
        server.open()
        server.close()
    except Exception as error:  # of many kinds: sockets, TLS, SMTP's own
        yield Finding("Mail", False, f"The mail server refuses or cannot be reached: {error}")
    else:
        yield Finding("Mail", True, "The mail server takes our connection.")


def waiting_for_it() -> str:
    with suppress(Error):  # the database is a topic of its own
        if some_issuer_mails():
            return ", though issuers mail the recipients of their badges"
    return ""


def worker() -> Iterator[Finding]:
    try:
        jobs = backlog()
    except Error:
        return  # the database's own finding says so
    if jobs["oldest_seconds"] > LATE:
        yield Finding("Worker", False, f"{jobs['due']} jobs are due, the oldest for "
                      f"{jobs['oldest_seconds']} seconds: is a worker running (`laurel up` or "
                      "`laurel worker`)?")  # fmt: skip
    if jobs["dead"]:
        yield Finding("Worker", False, f"{jobs['dead']} jobs have failed for good.")
    if jobs["oldest_seconds"] <= LATE and not jobs["dead"]:
        yield Finding("Worker", True, "No job is late and none has failed for good.")


EXAMINATIONS: tuple[Callable[[], Iterator[Finding]], ...] = (
    address,
    origins,
    database,
    media,
    secret_key,
    mail,
    worker,
)
