"""`/o/…`, with and without trailing slash."""

from django.urls import re_path

from oauth.authorize_endpoint import AuthorizePage, authorize
from oauth.token_endpoint import TokenView

urlpatterns = [
    re_path(r"^o/authorize/?$", authorize, name="authorize"),
    re_path(r"^auth/oauth2/authorize/?$", AuthorizePage.as_view()),
    re_path(r"^o/token/?$", TokenView.as_view(), name="token"),
]
