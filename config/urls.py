"""Every address of the site, room by room."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from config import metrics, pages, schema

urlpatterns = [
    path("", pages.home, name="home"),
    path("", include("public.urls")),
    path("", include("oauth.urls")),
    path("", include("accounts.api.urls")),
    path("", include("issuer.api.urls")),
    path("", include("issuer.web.urls")),
    path("", include("notify.webhooks.api.urls")),
    path("accounts/", include("accounts.web.urls")),
    *([path("accounts/", include("accounts.web.saml_urls"))] if settings.LAUREL_SAML else []),
    path("", include("accounts.web.setup_urls")),
    path("", include("notify.mail.web.urls")),
    path("issuers/", include("notify.webhooks.web.urls")),
    path("schema", schema.schema, name="schema"),
    path("docs/api", schema.browse, name="api-docs"),
    path("staff/", admin.site.urls),
    path("metrics", metrics.metrics, name="metrics"),
]

handler400 = "config.pages.bad_request"
handler403 = "config.pages.forbidden"
handler404 = "config.pages.not_found"
handler500 = "config.pages.server_error"
