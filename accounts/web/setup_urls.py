"""`/setup/TOKEN`: the first administrator's page."""

from django.urls import path

from accounts.web.setup import SetupView

urlpatterns = [path("setup/<str:token>", SetupView.as_view(), name="setup")]
