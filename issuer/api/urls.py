"""`/v2/issuers…`, `/v2/badgeclasses…`, `/v2/assertions…`: without a trailing slash, which is
another address. Of v1, the staff of an issuer.
"""

from django.urls import path

from issuer.api.views import assertions, badge_classes, changes, issuances, issuers, staff, staff_v1

urlpatterns = [
    path("v2/issuers", issuers.IssuerListView.as_view()),
    path("v2/issuers/changed", changes.ChangedIssuersView.as_view()),
    path("v2/issuers/<str:entity_id>", issuers.IssuerView.as_view()),
    path("v2/issuers/<str:entity_id>/staff", staff.StaffView.as_view()),
    path(
        "v2/issuers/<str:entity_id>/badgeclasses", badge_classes.IssuerBadgeClassListView.as_view()
    ),
    path("v2/issuers/<str:entity_id>/assertions", assertions.IssuerAssertionListView.as_view()),
    path("v2/badgeclasses", badge_classes.BadgeClassListView.as_view()),
    path("v2/badgeclasses/changed", changes.ChangedBadgeClassesView.as_view()),
    path("v2/badgeclasses/<str:entity_id>", badge_classes.BadgeClassView.as_view()),
    path(
        "v2/badgeclasses/<str:entity_id>/assertions",
        assertions.BadgeClassAssertionListView.as_view(),
    ),
    path("v2/badgeclasses/<str:entity_id>/issue", assertions.BatchView.as_view()),
    path("v2/assertions/changed", changes.ChangedAssertionsView.as_view()),
    path("v2/assertions/revoke", assertions.RevocationListView.as_view()),
    path("v2/assertions/<str:entity_id>", assertions.AssertionView.as_view()),
    path("v2/issuances/<str:entity_id>", issuances.IssuanceView.as_view()),
    path("v2/issuers/<str:entity_id>/issuances", issuances.IssuerIssuanceListView.as_view()),
    path("v1/issuer/issuers/<str:entity_id>/staff", staff_v1.StaffV1View.as_view()),
]
