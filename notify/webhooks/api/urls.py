"""`/v2/issuers/{id}/webhooks`, `/v2/webhooks…`: without a trailing slash, as all of `/v2`."""

from django.urls import path

from notify.webhooks.api import views

ONE = "v2/webhooks/<str:entity_id>"

urlpatterns = [
    path("v2/issuers/<str:entity_id>/webhooks", views.IssuerWebhookListView.as_view()),
    path(ONE, views.WebhookView.as_view()),
    path(f"{ONE}/secret", views.WebhookSecretView.as_view()),
    path(f"{ONE}/test", views.WebhookTestView.as_view()),
    path(f"{ONE}/deliveries", views.DeliveryListView.as_view()),
    path(f"{ONE}/deliveries/<str:event_id>/replay", views.ReplayView.as_view()),
]
