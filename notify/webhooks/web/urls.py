"""`/issuers/{id}/webhooks/…`: pages for owners."""

from django.urls import path

from notify.webhooks.web import views

ONE = "<str:entity_id>/webhooks/<str:webhook_id>/"

urlpatterns = [
    path("<str:entity_id>/webhooks/", views.WebhooksPage.as_view(), name="webhooks"),
    path(ONE, views.WebhookPage.as_view(), name="webhook"),
    path(f"{ONE}secret/", views.SecretView.as_view(), name="webhook-secret"),
    path(f"{ONE}test/", views.TestView.as_view(), name="test-webhook"),
    path(f"{ONE}disable/", views.DisableView.as_view(), name="disable-webhook"),
    path(f"{ONE}enable/", views.EnableView.as_view(), name="enable-webhook"),
    path(f"{ONE}delete/", views.DeleteView.as_view(), name="delete-webhook"),
    path(f"{ONE}replay/", views.ReplayAllView.as_view(), name="replay-webhook"),
    path(
        f"{ONE}deliveries/<str:event_id>/replay/", views.ReplayView.as_view(), name="replay-event"
    ),
]
