"""`/v2/issuers…`, `/v2/badgeclasses…`, `/v2/assertions…`: without a trailing slash, which is
another address.
"""

from django.urls import path

from issuer.api import views

urlpatterns = [
    path("issuers", views.IssuerListView.as_view()),
    path("issuers/<str:entity_id>", views.IssuerView.as_view()),
    path("issuers/<str:entity_id>/badgeclasses", views.IssuerBadgeClassListView.as_view()),
    path("badgeclasses", views.BadgeClassListView.as_view()),
    path("badgeclasses/<str:entity_id>", views.BadgeClassView.as_view()),
    path("badgeclasses/<str:entity_id>/assertions", views.BadgeClassAssertionListView.as_view()),
    path("assertions/<str:entity_id>", views.AssertionView.as_view()),
]
