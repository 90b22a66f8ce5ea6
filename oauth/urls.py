"""`/o/…`, with and without trailing slash."""

from django.urls import path, re_path

from oauth.authorize_endpoint import AuthorizePage, authorize
from oauth.client_endpoints import IntrospectView, RevokeView
from oauth.discovery import metadata
from oauth.token_endpoint import TokenView

urlpatterns = [
    re_path(r"^o/authorize/?$", authorize, name="authorize"),
    re_path(r"^auth/oauth2/authorize/?$", AuthorizePage.as_view()),
    re_path(r"^o/token/?$", TokenView.as_view(), name="token"),
    re_path(r"^o/revoke_token/?$", RevokeView.as_view(), name="revoke-token"),
    re_path(r"^o/introspect/?$", IntrospectView.as_view(), name="introspect"),
    path(".well-known/oauth-authorization-server", metadata),
]
