"""`/accounts/apps/…`: connected apps for everybody, their own apps for developers."""

from django.urls import path

from oauth.web import applications as mine
from oauth.web.connected_apps import ConnectedAppsPage, RevokeConsentView

ONE = "mine/<str:client_id>/"

urlpatterns = [
    path("", ConnectedAppsPage.as_view(), name="connected-apps"),
    path("<str:entity_id>/revoke/", RevokeConsentView.as_view(), name="revoke-consent"),
    path("mine/", mine.ApplicationsPage.as_view(), name="applications"),
    path("new/", mine.NewApplicationPage.as_view(), name="new-application"),
    path(ONE, mine.ApplicationPage.as_view(), name="application"),
    path(f"{ONE}secret/", mine.RotateSecretView.as_view(), name="rotate-secret"),
    path(f"{ONE}disable/", mine.DisableView.as_view(), name="disable-application"),
    path(f"{ONE}enable/", mine.EnableView.as_view(), name="enable-application"),
    path(f"{ONE}approve/", mine.ApproveView.as_view(), name="approve-application"),
    path(f"{ONE}withdraw/", mine.WithdrawView.as_view(), name="withdraw-approval"),
]
