"""`laurel doctor` finds what is wrong, says so in words, and fails."""

import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from config.diagnosis import own_allowance
from jobs.models import Job
from notify.mail.services.mail_settings import save_issuer_mail
from tests.support.servers import LAUREL, ROOT, Server, free_port
from tests.support.worlds import acting, issuer_of, person

HEALTHY = b'{"status": "ok", "database": "ok", "media": "ok"}'


class World(BaseHTTPRequestHandler):
    """What stands at LAUREL_URL, as far as the world can see."""

    body, status, clock_ahead = HEALTHY, 200, 0

    def do_GET(self) -> None:
        kind = type(self)
        self.send_response_only(kind.status)
        ahead = datetime.now(UTC) + timedelta(seconds=kind.clock_ahead)
        self.send_header("Date", format_datetime(ahead, usegmt=True))
        self.send_header("Content-Length", str(len(kind.body)))
        self.end_headers()
        self.wfile.write(kind.body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def world(settings) -> Iterator[type[World]]:
    handler = type("ThisWorld", (World,), {})
    server = HTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    settings.LAUREL_URL = f"http://localhost:{server.server_port}"
    yield handler
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def quiet_machine(db, settings, tmp_path: Path) -> None:
    """Nothing is wrong but what a test makes wrong."""
    settings.LAUREL_DATA = tmp_path
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"


def doctor() -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("doctor", stdout=out)
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue()
    return 0, out.getvalue()


def wrong(found: str) -> list[str]:
    return [line for line in found.splitlines() if line.startswith("WRONG")]


def test_a_healthy_server(world: type[World]) -> None:
    code, found = doctor()
    assert (code, wrong(found)) == (0, [])
    for topic in ("URL", "Clock", "Database", "Media", "Mail", "Worker"):
        assert f"ok     {topic}:" in found


def test_nobody_at_the_address(settings) -> None:
    settings.LAUREL_URL = f"http://localhost:{free_port()}"
    code, found = doctor()
    (line,) = wrong(found)
    assert code == 1
    assert "does not answer" in line


def test_somebody_else_at_the_address(world: type[World]) -> None:
    for body in (b"<h1>Welcome to nginx</h1>", b"[]", b'{"status": "ok"}'):
        world.body = body
        code, found = doctor()
        (line,) = wrong(found)
        assert code == 1
        assert "not as Laurel" in line


def test_a_failing_server(world: type[World]) -> None:
    world.status = 503
    code, found = doctor()
    assert code == 1
    assert "says that it is failing" in wrong(found)[0]


def test_a_clock_that_is_wrong(world: type[World]) -> None:
    world.clock_ahead = 3600
    code, found = doctor()
    (line,) = wrong(found)
    assert code == 1
    assert "Clock" in line and "NTP" in line


def test_plain_http_for_the_world(world: type[World], settings) -> None:
    settings.LAUREL_PRACTICE = False
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    code, found = doctor()
    (line,) = wrong(found)
    assert code == 1
    assert "TLS" in line and "in clear" in line


def test_tls_that_is_none(world: type[World], settings) -> None:
    settings.LAUREL_URL = settings.LAUREL_URL.replace("http:", "https:")
    settings.LAUREL_TLS = True
    code, found = doctor()
    (line,) = wrong(found)
    assert code == 1
    assert "does not answer" in line and "SSL" in line


def test_another_private_address_is_not_visited(settings) -> None:
    """Its own name may be private. Where that sends it is not followed, and nothing else is."""
    allowed = own_allowance("https://badges.internal:8443")
    assert allowed.names("badges.internal", 8443)
    assert not allowed.names("localhost", 8443)
    assert not allowed.networks


def test_media_that_cannot_be_written(world: type[World], settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "gone"
    code, found = doctor()
    (line,) = wrong(found)
    assert code == 1
    assert "Media" in line and "cannot be written" in line


def test_a_key_that_others_can_read(world: type[World], tmp_path: Path) -> None:
    (tmp_path / "secret-key").write_text("key")
    (tmp_path / "secret-key").chmod(0o644)
    code, found = doctor()
    (line,) = wrong(found)
    assert code == 1
    assert "chmod 600" in line
    assert "key\n" not in line


def test_mail(world: type[World], settings) -> None:
    settings.LAUREL_PRACTICE = False
    settings.LAUREL_TLS = True
    _, found = doctor()
    assert any("printed, not sent: set EMAIL_URL" in line for line in wrong(found))
    issuer = issuer_of(person())
    save_issuer_mail(actor=acting(issuer.created_by), issuer=issuer, notify=True)
    _, found = doctor()
    assert any("though issuers mail the recipients" in line for line in wrong(found))
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    code, found = doctor()
    assert code == 1
    assert any("mail server refuses" in line for line in wrong(found))


def test_jobs_that_nobody_does(world: type[World]) -> None:
    late = timezone.now() - timedelta(hours=1)
    Job.objects.create(kind="test", priority=50, max_attempts=1, run_at=late)
    Job.objects.create(
        kind="test", priority=50, max_attempts=1, state=Job.State.DEAD, finished_at=late
    )
    code, found = doctor()
    late_line, dead_line = wrong(found)
    assert code == 1
    assert "is a worker running" in late_line
    assert "failed for good" in dead_line


@pytest.mark.django_db(transaction=True)
def test_a_database_that_cannot_be_used(world: type[World]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE django_migrations RENAME TO away")
        try:
            code, found = doctor()
        finally:
            cursor.execute("ALTER TABLE away RENAME TO django_migrations")
    assert code == 1
    assert any("Database" in line for line in wrong(found))


def test_a_running_server_is_well(server: Server) -> None:
    done = subprocess.run(
        [*LAUREL, "doctor"],
        cwd=ROOT,
        env=server.environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{server.url} answers." in done.stdout
