"""`/issuers/{id}/mail/…`, `/badges/{id}/mail/…`, `/outbox/`, `/unsubscribe/{token}/`."""

from django.urls import path, re_path

from notify.mail.web import outbox, wording
from notify.mail.web.unsubscribe import UnsubscribeView

ID = r"(?P<entity_id>[^/\x00-\x1f\x7f]{1,64})"  # as public.urls has it
MAIL_OF_ISSUER = f"^issuers/{ID}/mail"
MAIL_OF_CLASS = f"^badges/{ID}/mail"

urlpatterns = [
    re_path(f"{MAIL_OF_ISSUER}/$", wording.IssuerMailPage.as_view(), name="issuer-mail"),
    re_path(
        f"{MAIL_OF_ISSUER}/sample/$", wording.IssuerSampleView.as_view(), name="issuer-mail-sample"
    ),
    re_path(
        f"{MAIL_OF_ISSUER}/unsubscribed/$", outbox.UnsubscribedPage.as_view(), name="unsubscribed"
    ),
    re_path(f"{MAIL_OF_ISSUER}/again/$", outbox.SendAgainView.as_view(), name="send-again"),
    re_path(f"{MAIL_OF_CLASS}/$", wording.BadgeClassMailPage.as_view(), name="badge-class-mail"),
    re_path(
        f"{MAIL_OF_CLASS}/sample/$",
        wording.BadgeClassSampleView.as_view(),
        name="badge-class-mail-sample",
    ),
    path("outbox/", outbox.OutboxPage.as_view(), name="outbox"),
    path("unsubscribe/<str:token>/", UnsubscribeView.as_view(), name="unsubscribe"),
]
