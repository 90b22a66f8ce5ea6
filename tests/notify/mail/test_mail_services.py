"""Mail services by their own interfaces (the extra `anymail`): what their answers mean."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from anymail.exceptions import (
    AnymailCancelSend,
    AnymailInvalidAddress,
    AnymailRecipientsRefused,
    AnymailUnsupportedFeature,
)

from jobs.models import Job
from jobs.worker import run_due
from notify.mail.outlet import Refused, Unreachable, vendors_verdict
from notify.models import Mail
from tests.support.worlds import awarded

pytestmark = pytest.mark.django_db(transaction=True)


class Service(ThreadingHTTPServer):
    """Answers as told, in Mailgun's way."""

    status, requests = 200, 0


class Answer(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests += 1
        body = json.dumps({"id": "<1@x>", "message": "Queued. Thank you."}).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def service(settings) -> Iterator[Service]:
    with Service(("127.0.0.1", 0), Answer) as running:
        threading.Thread(target=running.serve_forever, args=(0.05,), daemon=True).start()
        settings.EMAIL_BACKEND = "anymail.backends.mailgun.EmailBackend"
        settings.ANYMAIL = {
            "MAILGUN_API_KEY": "key",
            "MAILGUN_API_URL": f"http://127.0.0.1:{running.server_address[1]}/v3",
            "MAILGUN_SENDER_DOMAIN": "badges.example",
        }
        yield running
        running.shutdown()


@pytest.mark.parametrize(
    ("status", "mail", "job"),
    [
        (200, [("sent", None)], "done"),
        (400, [("refused", 400)], "done"),
        (422, [("refused", 422)], "done"),
        *((status, [], "waiting") for status in (401, 403, 429, 500)),
    ],
)
def test_what_it_answers(badge_class, service, status, mail, job):
    service.status = status
    awarded(badge_class)
    run_due()
    assert service.requests == 1
    assert list(Mail.objects.values_list("state", "smtp_code")) == mail
    assert Job.objects.get(kind="notify.mails").state == job


def test_one_bad_address_holds_up_nobody(badge_class, service):
    service.status = 400
    awarded(badge_class)
    awarded(badge_class, "ada@example.org")
    run_due()
    assert service.requests == 2


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (AnymailRecipientsRefused(), Refused),
        (AnymailInvalidAddress(), Refused),
        (AnymailUnsupportedFeature(), Unreachable),  # for every mail
        (AnymailCancelSend(), Unreachable),
    ],
)
def test_what_it_raises(error, verdict):
    assert isinstance(vendors_verdict(error), verdict)


def test_others_errors_are_not_its_to_judge():
    assert vendors_verdict(OSError()) is None
