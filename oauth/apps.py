from django.apps import AppConfig


class OAuthConfig(AppConfig):
    name = "oauth"
    label = "oauth"
    verbose_name = "Connected apps"

    def ready(self) -> None:
        import oauth.openapi  # noqa: F401 - makes the bearer scheme known
