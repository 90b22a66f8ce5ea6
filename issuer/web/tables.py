"""`/badges/{id}/import/…`: from a table to awards. Nothing is awarded before it has been seen."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from issuer.models import AwardTable
from issuer.services.table_uploads import award_table, drop_table, keep_table, name_columns, opened
from issuer.services.tables import read_table
from issuer.web.forms import WORDS, AwardTableForm, ColumnsForm, TableForm
from issuer.web.room import StaffPage

SAMPLE = 5  # rows shown as they are read
SHOWN_PROBLEMS = 100


class SendTablePage(StaffPage):
    def get(self, request: HttpRequest, entity_id: str) -> HttpResponse:
        return self.page(entity_id, TableForm())

    def post(self, request: HttpRequest, entity_id: str) -> HttpResponse:
        badge_class = self.badge_class(entity_id)
        form = TableForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                table = read_table(form.cleaned_data["table"].read())
                kept = keep_table(actor=self.actor, badge_class=badge_class, table=table)
                return redirect("award-table", entity_id, kept.entity_id)
            except ValidationError as error:
                form.add_error("table", error)
        return self.page(entity_id, form, status=400)

    def page(self, entity_id: str, form: TableForm, status: int = 200) -> HttpResponse:
        context = {"badge_class": self.badge_class(entity_id), "form": form}
        return render(self.request, "issuer/send_table.html", context, status=status)


class OneTablePage(StaffPage):
    """A table that the person has sent."""

    def kept(self) -> AwardTable:
        kept = self.award_table(self.kwargs["table_id"])
        if kept.badge_class.entity_id != self.kwargs["entity_id"]:
            raise Http404
        return kept

    def page(self, kept: AwardTable, status: int = 200, **forms: Any) -> HttpResponse:
        table = opened(kept)
        told = {
            "columns_form": ColumnsForm(headers=table.headers, columns=kept.columns),
            "award_form": AwardTableForm(wrong=len(kept.problems)),
        } | forms
        problems = sorted(kept.problems.items(), key=lambda problem: int(problem[0]))
        context = told | {
            "kept": kept,
            "badge_class": kept.badge_class,
            "names": [WORDS[name] for name in kept.columns],
            "sample": [
                [cells[index] for index in kept.columns.values()] for cells in table.rows[:SAMPLE]
            ],
            "problems": [
                (line, " ".join(text for texts in errors.values() for text in texts))
                for line, errors in problems[:SHOWN_PROBLEMS]
            ],
            "right": kept.total - len(problems),
            "more_problems": max(0, len(problems) - SHOWN_PROBLEMS),
        }
        return render(self.request, "issuer/award_table.html", context, status=status)


class AwardTablePage(OneTablePage):
    def get(self, request: HttpRequest, entity_id: str, table_id: str) -> HttpResponse:
        kept = self.kept()
        if kept.issuance:
            return redirect("issuance", kept.issuance.entity_id)
        return self.page(kept)

    def post(self, request: HttpRequest, entity_id: str, table_id: str) -> HttpResponse:
        """Award what was seen."""
        kept = self.kept()
        if kept.issuance:
            return redirect("issuance", kept.issuance.entity_id)
        form = AwardTableForm(request.POST, wrong=len(kept.problems))
        if form.is_valid():
            try:
                issuance = award_table(actor=self.actor, kept=kept, **form.wishes())
                return redirect("issuance", issuance.entity_id)
            except ValidationError as error:
                form.add_error(None, error)
        return self.page(kept, status=400, award_form=form)


class NameColumnsView(OneTablePage):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, entity_id: str, table_id: str) -> HttpResponse:
        kept = self.kept()
        if kept.issuance:
            return redirect("issuance", kept.issuance.entity_id)
        headers = opened(kept).headers
        form = ColumnsForm(request.POST, headers=headers, columns=kept.columns)
        if not form.is_valid():
            return self.page(kept, status=400, columns_form=form)
        name_columns(actor=self.actor, kept=kept, columns=form.columns())
        return redirect("award-table", entity_id, table_id)


class DropTableView(OneTablePage):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, entity_id: str, table_id: str) -> HttpResponse:
        if not drop_table(kept=self.kept()):
            return redirect("award-table", entity_id, table_id)
        messages.success(request, _("The table is gone. Nothing was awarded."))
        return redirect("send-table", entity_id)
