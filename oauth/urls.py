"""`/o/…`, with and without trailing slash; the pages; what clients discover."""

from django.urls import include, path, re_path

from oauth import api
from oauth.client_endpoints import IntrospectView, RevokeView
from oauth.discovery import badge_connect, metadata
from oauth.old_tokens import old_token
from oauth.registration_endpoint import RegistrationView
from oauth.token_endpoint import TokenView
from oauth.web.authorize import AuthorizePage, authorize

urlpatterns = [
    path("accounts/apps/", include("oauth.web.urls")),
    path("v2/auth/tokens", api.TokensView.as_view()),
    path("v2/auth/tokens/<str:entity_id>", api.TokenView.as_view()),
    re_path(r"^o/authorize/?$", authorize, name="authorize"),
    re_path(r"^auth/oauth2/authorize/?$", AuthorizePage.as_view()),
    re_path(r"^o/token/?$", TokenView.as_view(), name="token"),
    re_path(r"^o/revoke_token/?$", RevokeView.as_view(), name="revoke-token"),
    re_path(r"^o/introspect/?$", IntrospectView.as_view(), name="introspect"),
    re_path(r"^o/register/?$", RegistrationView.as_view(), name="register"),
    re_path(r"^api-auth/token/?$", old_token),
    path(".well-known/badgeconnect.json", badge_connect),
    path(".well-known/oauth-authorization-server", metadata),
]
