"""Signing in and out, and proving anew who one is before something weighty."""

from allauth.account.views import (
    AccountInactiveView,
    LoginView,
    LogoutView,
    ReauthenticateView,
)


class SignInView(LoginView):
    template_name = "accounts/login.html"


class SignOutView(LogoutView):
    template_name = "accounts/logout.html"


class InactiveView(AccountInactiveView):
    """Where a right password leads whose account an administrator has closed."""

    template_name = "accounts/inactive.html"


class PasswordAgainView(ReauthenticateView):
    template_name = "accounts/reauthenticate.html"
