"""`EMAIL_URL`: where mail goes out, as Django's settings have it."""

from importlib.util import find_spec
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured


def mail_settings(url: str) -> dict[str, Any]:
    """SMTP and what is for trying out as django-environ has them; `anymail://NAME?key=value` is a
    mail service's own interface, through the extra `anymail`. Raises ImproperlyConfigured.
    """
    parts = urlsplit(url)
    if parts.scheme != "anymail":
        found: dict[str, Any] = environ.Env.email_url_config(url)
        return found
    if find_spec("anymail") is None:
        raise ImproperlyConfigured("EMAIL_URL: install the extra `anymail` (docs/settings.md)")
    name = parts.netloc
    if not name.isidentifier() or find_spec(f"anymail.backends.{name}") is None:
        raise ImproperlyConfigured(f"EMAIL_URL: anymail knows no mail service {name!r}")
    options = {f"{name}_{key}".upper(): value for key, value in parse_qsl(parts.query)}
    return {"EMAIL_BACKEND": f"anymail.backends.{name}.EmailBackend", "ANYMAIL": options}
