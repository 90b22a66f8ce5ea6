"""`EMAIL_URL` in its forms."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import get_connection
from django.test import override_settings

from config import mail
from config.mail import mail_settings


def test_smtp():
    found = mail_settings("smtp+tls://user:p%40ss@mail.example.org:587")
    assert found["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend"
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"], found["EMAIL_USE_TLS"]) == (
        "mail.example.org", 587, True)  # fmt: skip
    assert (found["EMAIL_HOST_USER"], found["EMAIL_HOST_PASSWORD"]) == ("user", "p@ss")


def test_a_mail_service():
    """Its backend reads the settings that the address is turned into."""
    found = mail_settings("anymail://mailgun?api_key=A%2Fb&sender_domain=mg.example.org")
    with override_settings(**found):
        backend = get_connection()
    assert type(backend).__module__ == "anymail.backends.mailgun"
    assert (backend.api_key, backend.sender_domain) == ("A/b", "mg.example.org")


@pytest.mark.parametrize("name", ["nobody", "", "a/b", "base.x", "..os"])
def test_a_service_that_nobody_knows(name):
    with pytest.raises(ImproperlyConfigured, match="knows no mail service"):
        mail_settings(f"anymail://{name}?x=y")


def test_without_the_extra(monkeypatch):
    monkeypatch.setattr(mail, "find_spec", lambda name: None)
    with pytest.raises(ImproperlyConfigured, match="install the extra"):
        mail_settings("anymail://mailgun?api_key=x")
