from django.apps import AppConfig


class IssuerConfig(AppConfig):
    name = "issuer"
