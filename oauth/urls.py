"""`/o/…`, with and without trailing slash."""

from django.urls import re_path

from oauth.token_endpoint import TokenView

urlpatterns = [re_path(r"^o/token/?$", TokenView.as_view(), name="token")]
