"""People in JSON: without a trailing slash, which is another address."""

from django.urls import path

from accounts.api.views import forgotten, users, v1

urlpatterns = [
    path("v2/users/self", users.SelfView.as_view()),
    path("v2/user/profile", users.ProfileView.as_view()),
    path("v2/users/<str:entity_id>", users.UserView.as_view()),
    path("v2/auth/forgot-password", forgotten.ForgottenView.as_view()),
    path("v2/termsVersions/latest", users.TermsView.as_view()),
    path("v1/user/profile", v1.ProfileV1View.as_view()),
    path("v1/user/emails", v1.AddressListV1View.as_view()),
    path("v1/user/emails/<str:address_id>", v1.AddressV1View.as_view()),
]
