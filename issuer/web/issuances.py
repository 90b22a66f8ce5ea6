"""`/issuances/{id}/`: how far a list of awards is, what became of each row, and taking it back."""

import csv
from collections.abc import Iterator
from itertools import chain

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render

from issuer.models import Issuance
from issuer.permissions import Verb, permitted
from issuer.queries import awarded_rows_in_full
from issuer.services.undoing import revoke_issuance
from issuer.web.forms import UndoForm
from issuer.web.room import StaffPage

State = Issuance.State
SHOWN_REFUSED = 100
HEADINGS = ("line", "recipient", "name", "result", "award", "reason")
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class IssuancePage(StaffPage):
    def get(self, request: HttpRequest, entity_id: str) -> HttpResponse:
        return self.page(self.issuance(entity_id), UndoForm())

    def page(self, issuance: Issuance, form: UndoForm, status: int = 200) -> HttpResponse:
        refused = refused_lines(issuance)
        context = {
            "issuance": issuance,
            "under_way": issuance.state in (State.WAITING, State.RUNNING, State.REVOKING),
            "refused": refused[:SHOWN_REFUSED],
            "more_refused": max(0, len(refused) - SHOWN_REFUSED),
            "may_undo": issuance.state in (State.COMPLETE, State.STOPPED)
            and permitted(self.actor, Verb.REVOKE_ISSUANCE)(issuance),
            "form": form,
        }
        return render(self.request, "issuer/issuance.html", context, status=status)


class UndoIssuanceView(IssuancePage):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, entity_id: str) -> HttpResponse:
        issuance = self.issuance(entity_id)
        form = UndoForm(request.POST)
        if form.is_valid():
            try:
                reason = form.cleaned_data["reason"]
                revoke_issuance(actor=self.actor, issuance=issuance, reason=reason)
                return redirect("issuance", entity_id)
            except ValidationError as error:
                form.add_error(None, error)
        return self.page(issuance, form, status=400)


class IssuanceResultView(StaffPage):
    """The result as a table, for who keeps it."""

    def get(self, request: HttpRequest, entity_id: str) -> StreamingHttpResponse:
        issuance = self.issuance(entity_id)
        writer = csv.writer(Echo())
        lines = chain([HEADINGS], result_lines(issuance))
        # The mark tells spreadsheets that it is UTF-8.
        text = chain(["\ufeff"], (writer.writerow(map(harmless, line)) for line in lines))
        response = StreamingHttpResponse(text, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="awards-{entity_id}.csv"'
        response["Cache-Control"] = "no-store"
        return response


class Echo:
    """A file that gives back what is written into it."""

    def write(self, text: str) -> str:
        return text


def result_lines(issuance: Issuance) -> Iterator[tuple[str, ...]]:
    """Every row that is done. Of refused ones the line and the reason are known alone."""
    for award in awarded_rows_in_full(issuance):
        line = str(issuance.line_of(award.issuance_row))
        result = "revoked" if award.revoked_at else "awarded"
        yield (line, award.identity_given, award.recipient_name, result, award.public_url,
               award.revocation_reason)  # fmt: skip
    for number, reason in refused_lines(issuance):
        yield str(number), "", "", "refused", "", reason


def refused_lines(issuance: Issuance) -> list[tuple[int, str]]:
    """Line and reason, in order."""
    return [
        (issuance.line_of(int(row)), " ".join(text for texts in errors.values() for text in texts))
        for row, errors in sorted(issuance.refused.items(), key=lambda told: int(told[0]))
    ]


def harmless(cell: str) -> str:
    """Spreadsheets run what looks like a formula: an apostrophe keeps it a text."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
