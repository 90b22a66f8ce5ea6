"""`/accounts/…`: signing in and up, addresses, passwords, second factors, sessions, app passwords.
Names with a prefix are allauth's, which leads to them.
"""

from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.socialaccount import views as social
from allauth.usersessions import views as sessions
from django.urls import path, re_path
from django.views.generic import RedirectView

from accounts.web import (
    addresses,
    app_passwords,
    federated,
    issuer_requests,
    passwords,
    second_factor,
    security,
    sign_in,
    sign_up,
)

to_security = RedirectView.as_view(pattern_name="security")

urlpatterns = [
    path("login/", sign_in.SignInView.as_view(), name="account_login"),
    path("logout/", sign_in.SignOutView.as_view(), name="account_logout"),
    path("inactive/", sign_in.InactiveView.as_view(), name="account_inactive"),
    path("reauthenticate/", sign_in.PasswordAgainView.as_view(), name="account_reauthenticate"),
    path("signup/", sign_up.SignUpView.as_view(), name="account_signup"),
    path("confirm-email/", sign_up.MailSentView.as_view(), name="account_email_verification_sent"),
    path(
        "confirm-email/<str:key>/",
        sign_up.ConfirmAddressView.as_view(),
        name="account_confirm_email",
    ),
    path("security/", security.SecurityView.as_view(), name="security"),
    path("profile/", security.ProfileView.as_view(), name="profile"),
    path("email/", addresses.AddressesView.as_view(), name="account_email"),
    re_path(
        "^email/(?P<public_id>[^/]+)/(?P<act>primary|remove|resend)/$",
        addresses.AddressActView.as_view(),
        name="address-act",
    ),
    path("password/change/", passwords.ChangeView.as_view(), name="account_change_password"),
    path("password/set/", passwords.SetView.as_view(), name="account_set_password"),
    path("password/reset/", passwords.ResetView.as_view(), name="account_reset_password"),
    path(
        "password/reset/done/",
        passwords.ResetDoneView.as_view(),
        name="account_reset_password_done",
    ),
    path(
        "password/reset/key/done/",
        passwords.NewPasswordDoneView.as_view(),
        name="account_reset_password_from_key_done",
    ),
    re_path(
        "^password/reset/key/(?P<uidb36>[A-Za-z0-9_]+)-(?P<key>.+)/$",
        passwords.NewPasswordView.as_view(),
        name="account_reset_password_from_key",
    ),
    path("sessions/", sessions.list_usersessions, name="usersessions_list"),
    path("connections/", federated.ConnectionsView.as_view(), name="socialaccount_connections"),
    path(
        "connections/<str:public_id>/end/",
        federated.DisconnectView.as_view(),
        name="end-connection",
    ),
    path("connections/cancelled/", social.login_cancelled, name="socialaccount_login_cancelled"),
    path("connections/error/", social.login_error, name="socialaccount_login_error"),
    path("connections/signup/", social.signup, name="socialaccount_signup"),
    path("oidc/<str:provider_id>/login/", federated.oidc_login, name="openid_connect_login"),
    path(
        "oidc/<str:provider_id>/login/callback/",
        federated.oidc_callback,
        name="openid_connect_callback",
    ),
    path("2fa/", to_security, name="mfa_index"),
    path("2fa/authenticate/", mfa.authenticate, name="mfa_authenticate"),
    path("2fa/reauthenticate/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("2fa/app/activate/", totp.activate_totp, name="mfa_activate_totp"),
    path("2fa/app/deactivate/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("2fa/codes/", recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "2fa/codes/generate/",
        recovery_codes.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path("passkeys/", to_security, name="mfa_list_webauthn"),
    path("passkeys/add/", webauthn.add_webauthn, name="mfa_add_webauthn"),
    path("passkeys/login/", webauthn.login_webauthn, name="mfa_login_webauthn"),
    path(
        "passkeys/reauthenticate/",
        webauthn.reauthenticate_webauthn,
        name="mfa_reauthenticate_webauthn",
    ),
    path(
        "passkeys/<str:public_id>/remove/",
        second_factor.RemovePasskeyView.as_view(),
        name="mfa_remove_webauthn",
    ),
    path(
        "passkeys/<str:public_id>/rename/",
        second_factor.RenamePasskeyView.as_view(),
        name="mfa_edit_webauthn",
    ),
    path("issuers/", issuer_requests.AskView.as_view(), name="ask-for-issuers"),
    path("issuers/requests/", issuer_requests.RequestsView.as_view(), name="issuer-requests"),
    re_path(
        "^issuers/requests/(?P<entity_id>[^/]+)/(?P<decision>approve|decline)/$",
        issuer_requests.DecideView.as_view(),
        name="decide-issuer-request",
    ),
    path("app-passwords/", app_passwords.AppPasswordsView.as_view(), name="app-passwords"),
    path(
        "app-passwords/<str:entity_id>/revoke/",
        app_passwords.RevokeAppPasswordView.as_view(),
        name="revoke-app-password",
    ),
]
