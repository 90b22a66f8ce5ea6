"""Start-up of the room: follows acts, registers its jobs."""

from django.apps import AppConfig
from django.utils.translation import gettext_noop


class NotifyConfig(AppConfig):
    name = "notify"
    verbose_name = "Mails and webhooks"

    def ready(self) -> None:
        from issuer.permissions import Verb  # has models, which exist only now
        from issuer.web import links
        from notify.mail import handlers as mail_handlers
        from notify.webhooks import handlers as webhook_handlers

        links.register(gettext_noop("Mails"), "issuer-mail", Verb.UPDATE_ISSUER)
        links.register(gettext_noop("Webhooks"), "webhooks", Verb.MANAGE_WEBHOOKS)
        mail_handlers.register()
        webhook_handlers.register()
