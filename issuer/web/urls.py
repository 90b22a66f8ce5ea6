"""The staff pages."""

from django.urls import path

from issuer.web import archiving, issuances, issuers, tables

ISSUER = "issuers/<str:entity_id>/"
BADGE = "badges/<str:entity_id>/"
TABLE = f"{BADGE}import/<str:table_id>/"
ISSUANCE = "issuances/<str:entity_id>/"

urlpatterns = [
    path(ISSUER, issuers.IssuerPage.as_view(), name="issuer"),
    path(f"{ISSUER}archive/", archiving.ArchiveIssuerView.as_view(), name="archive-issuer"),
    path(f"{ISSUER}restore/", archiving.RestoreIssuerView.as_view(), name="restore-issuer"),
    path(f"{BADGE}archive/", archiving.ArchiveBadgeClassView.as_view(), name="archive-badge"),
    path(f"{BADGE}restore/", archiving.RestoreBadgeClassView.as_view(), name="restore-badge"),
    path(f"{BADGE}import/", tables.SendTablePage.as_view(), name="send-table"),
    path(TABLE, tables.AwardTablePage.as_view(), name="award-table"),
    path(f"{TABLE}columns/", tables.NameColumnsView.as_view(), name="name-columns"),
    path(f"{TABLE}drop/", tables.DropTableView.as_view(), name="drop-table"),
    path(ISSUANCE, issuances.IssuancePage.as_view(), name="issuance"),
    path(f"{ISSUANCE}undo/", issuances.UndoIssuanceView.as_view(), name="undo-issuance"),
    path(f"{ISSUANCE}result.csv", issuances.IssuanceResultView.as_view(), name="issuance-result"),
]
