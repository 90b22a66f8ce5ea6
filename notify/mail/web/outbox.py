"""`/outbox/`: what became of the mails of one's issuers; and who wants none. For their staff."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.web.paging import Page, page_of
from api.paging import Order
from issuer.models import Issuer
from issuer.web.room import StaffPage
from jobs.models import Job
from notify.mail import queries
from notify.mail.services.repeating import send_refused_again
from notify.mail.services.staging import MAILS
from notify.models import State

LATEST_FIRST = Order("updated_at", "pk", newest_first=True)
AS_THEY_WILL_GO = Order("run_at", "pk", newest_first=False)
AS_THEY_LEFT = Order("created_at", "pk", newest_first=True)

WAITING = "waiting"
TABS = {
    WAITING: _("Waiting"),
    State.SENT: _("Sent"),
    State.REFUSED: _("Refused"),
    State.UNSUBSCRIBED: _("Unsubscribed"),
    State.OUTDATED: _("Outdated"),
}


@dataclass(frozen=True)
class Chunk:
    """Mails that one job is to send. `problem` is why it has not yet."""

    issuer: Issuer
    count: int
    tries: int
    problem: str
    next_try: datetime | None
    dead: bool


class OutboxPage(StaffPage):
    """In a constant number of queries, however many mails and issuers."""

    def get(self, request: HttpRequest) -> HttpResponse:
        issuers = {row.pk: row for row in queries.staffed_issuers(self.actor)}
        chosen = request.GET.get("issuer", "")
        narrowed = {key: row for key, row in issuers.items() if chosen in ("", row.entity_id)}
        if chosen and not narrowed:
            raise Http404
        state = request.GET.get("state", WAITING)
        state = state if state in TABS else WAITING
        if state == WAITING:
            page = waiting(request, narrowed)
        else:
            page = page_of(request, queries.outbox(narrowed, state), LATEST_FIRST)
        context: dict[str, Any] = {
            "issuers": issuers,
            "chosen": chosen,
            "tabs": TABS,
            "state": state,
            "page": page,
        }
        return render(request, "notify/outbox.html", context)


def waiting(request: HttpRequest, issuers: dict[int, Issuer]) -> Page:
    by_entity = {row.entity_id: row for row in issuers.values()}
    page = page_of(request, queries.waiting_chunks(MAILS, by_entity), AS_THEY_WILL_GO)
    settled = queries.settled(page.rows)
    rows = [chunk(job, by_entity[job.payload["issuer"]], settled) for job in page.rows]
    return Page([row for row in rows if row.count], page.prev, page.next)


def chunk(job: Job, issuer: Issuer, settled: set[tuple[str, str]]) -> Chunk:
    kind, entity_ids = job.payload["kind"], job.payload["assertions"]
    return Chunk(
        issuer=issuer,
        count=sum((kind, entity_id) not in settled for entity_id in entity_ids),
        tries=job.attempts,
        problem=job.last_error.partition(": ")[2],
        next_try=job.run_at if job.state == Job.State.WAITING and job.attempts else None,
        dead=job.state == Job.State.DEAD,
    )


class SendAgainView(StaffPage):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, entity_id: str) -> HttpResponse:
        count = send_refused_again(actor=self.actor, issuer=self.issuer(entity_id))
        told = ngettext("%(n)s mail goes out again.", "%(n)s mails go out again.", count)
        messages.success(request, told % {"n": count})
        return redirect("outbox")


class UnsubscribedPage(StaffPage):
    """Who said no. Only they can say yes again."""

    def get(self, request: HttpRequest, entity_id: str) -> HttpResponse:
        issuer = self.issuer(entity_id)
        page = page_of(request, queries.unsubscriptions(issuer), AS_THEY_LEFT)
        return render(request, "notify/unsubscribed.html", {"issuer": issuer, "page": page})
