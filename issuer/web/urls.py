"""The staff pages."""

from django.urls import path

from issuer.web import issuances, issuers, tables

TABLE = "badges/<str:entity_id>/import/<str:table_id>/"
ISSUANCE = "issuances/<str:entity_id>/"

urlpatterns = [
    path("issuers/<str:entity_id>/", issuers.IssuerPage.as_view(), name="issuer"),
    path("badges/<str:entity_id>/import/", tables.SendTablePage.as_view(), name="send-table"),
    path(TABLE, tables.AwardTablePage.as_view(), name="award-table"),
    path(f"{TABLE}columns/", tables.NameColumnsView.as_view(), name="name-columns"),
    path(f"{TABLE}drop/", tables.DropTableView.as_view(), name="drop-table"),
    path(ISSUANCE, issuances.IssuancePage.as_view(), name="issuance"),
    path(f"{ISSUANCE}undo/", issuances.UndoIssuanceView.as_view(), name="undo-issuance"),
    path(f"{ISSUANCE}result.csv", issuances.IssuanceResultView.as_view(), name="issuance-result"),
]
