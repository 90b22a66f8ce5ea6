"""The documentation's snippets verify what is really sent; its table of events is the code's."""

import json
import re
import subprocess
import time
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.utils import timezone

from jobs.worker import run_due
from notify.webhooks.events import TEST, TYPES
from tests.support.worlds import awarded

DOCS = Path(__file__).resolve().parents[3] / "docs"
GUIDE = (DOCS / "how-to/webhooks.md").read_text()


def snippet(language: str) -> str:
    return re.search(rf"```{language}\n(.*?)```", GUIDE, re.S)[1]


def python_says(headers: dict[str, str], body: bytes, secret: str) -> bool:
    names: dict = {}
    exec(snippet("python"), names)  # noqa: S102 - our own page
    return names["is_genuine"](headers, body, secret)


def node_says(headers: dict[str, str], body: bytes, secret: str) -> bool:
    told = json.dumps([headers, body.decode("latin-1"), secret])
    script = f"{snippet('javascript')}\nconst [h, b, s] = {told};\n"
    script += "console.log(isGenuine(h, Buffer.from(b, 'latin1'), s))"
    done = subprocess.run(["node", "-e", script], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("says", [python_says, node_says])
def test_the_snippets_verify(says, hook, badge_class, receiver):
    _, secret = hook(receiver.url)
    _, other = hook("http://127.0.0.1:1/")
    awarded(badge_class, narrative="Grüße ☃")
    run_due()
    (taken,) = receiver.taken
    assert says(taken.headers, taken.body, secret)
    assert not says(taken.headers, taken.body, other)
    assert not says(taken.headers, taken.body + b" ", secret)
    assert not says(taken.headers | {"webhook-id": "evt_other"}, taken.body, secret)
    later = str(int(time.time()) + 600)
    assert not says(taken.headers | {"webhook-timestamp": later}, taken.body, secret)


@pytest.mark.django_db(transaction=True)
def test_what_is_old_is_not_genuine(hook, badge_class, receiver):
    _, secret = hook(receiver.url)
    awarded(badge_class)
    run_due()
    (taken,) = receiver.taken
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assert not python_says(taken.headers, taken.body, secret)


def test_the_events_of_the_reference_are_those_of_the_code():
    page = (DOCS / "reference/webhooks.md").read_text()
    shown = re.findall(r"^\| `([a-z]+\.[a-z_]+)` \|", page, re.M)
    assert shown == [*TYPES, TEST]
