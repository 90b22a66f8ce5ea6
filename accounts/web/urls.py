"""`/accounts/…`: signing in and out, app passwords."""

from django.urls import path

from accounts.web import views

urlpatterns = [
    path("login/", views.SignInView.as_view(), name="account_login"),
    path("logout/", views.SignOutView.as_view(), name="account_logout"),
    path("inactive/", views.InactiveView.as_view(), name="account_inactive"),
    path("app-passwords/", views.AppPasswordsView.as_view(), name="app-passwords"),
    path(
        "app-passwords/<str:entity_id>/revoke/",
        views.RevokeAppPasswordView.as_view(),
        name="revoke-app-password",
    ),
]
