"""`/accounts/saml/…`: there when the extra `saml` is installed."""

from allauth.socialaccount.providers.saml import views
from django.urls import path

from accounts.web.federated import leaving

urlpatterns = [
    path("saml/<str:organization_slug>/login/", leaving(views.login), name="saml_login"),
    path("saml/<str:organization_slug>/acs/", views.acs, name="saml_acs"),
    path("saml/<str:organization_slug>/acs/finish/", views.finish_acs, name="saml_finish_acs"),
    path("saml/<str:organization_slug>/sls/", views.sls, name="saml_sls"),
    path("saml/<str:organization_slug>/metadata/", views.metadata, name="saml_metadata"),
]
