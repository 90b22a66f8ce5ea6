"""/accounts/saml/…: signing in by a SAML identity provider whose answers are really signed."""

import base64
import zlib
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest
from allauth.socialaccount.models import SocialApp
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from django.test import Client
from onelogin.saml2.utils import OneLogin_Saml2_Utils

from accounts.models import User
from tests.accounts.web.test_federated import inside, led_to
from tests.support.worlds import person

ENTITY, HOST = "https://idp.northfield.example/", "http://localhost:8000"
BASE = "/accounts/saml/northfield/"
MAIL = "urn:oid:0.9.2342.19200300.100.1.3"
RESPONSE = """\
<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" \
xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_r1" Version="2.0" IssueInstant="{now}" \
Destination="{acs}" InResponseTo="{asked}"><saml:Issuer>{idp}</saml:Issuer><samlp:Status>\
<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>\
<saml:Assertion ID="_a1" Version="2.0" IssueInstant="{now}"><saml:Issuer>{idp}</saml:Issuer>\
<saml:Subject><saml:NameID>joan-1</saml:NameID><saml:SubjectConfirmation \
Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData \
NotOnOrAfter="{later}" Recipient="{acs}" InResponseTo="{asked}"/></saml:SubjectConfirmation>\
</saml:Subject><saml:Conditions NotBefore="{now}" NotOnOrAfter="{later}">\
<saml:AudienceRestriction><saml:Audience>{audience}</saml:Audience></saml:AudienceRestriction>\
</saml:Conditions><saml:AuthnStatement AuthnInstant="{now}"><saml:AuthnContext>\
<saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password\
</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>\
<saml:AttributeStatement><saml:Attribute Name="{mail}"><saml:AttributeValue>{email}\
</saml:AttributeValue></saml:Attribute></saml:AttributeStatement></saml:Assertion></samlp:Response>"""
pytestmark = pytest.mark.django_db


class IdentityProvider:
    """Keys, and answers to requests."""

    def __init__(self) -> None:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "idp")])
        now = datetime.now(UTC)
        made = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(1))
        pem = serialization.Encoding.PEM
        self.certificate = made.sign(key, hashes.SHA256()).public_bytes(pem).decode()
        self.key = key.private_bytes(
            pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()

    def answer(self, target: str, email: str) -> str:
        """The form field with which the browser comes back."""
        query = parse_qs(urlsplit(target).query)
        request = zlib.decompress(base64.b64decode(query["SAMLRequest"][0]), -15)
        now = datetime.now(UTC) - timedelta(seconds=5)
        facts = {
            "asked": ElementTree.fromstring(request).get("ID"),
            "acs": f"{HOST}{BASE}acs/",
            "audience": f"{HOST}{BASE}metadata/",
            "idp": ENTITY,
            "mail": MAIL,
            "email": email,
            "now": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "later": (now + timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        text = RESPONSE.format(**facts)
        signed = OneLogin_Saml2_Utils.add_sign(text, self.key, self.certificate)
        return base64.b64encode(signed).decode()


@pytest.fixture
def idp() -> IdentityProvider:
    made = IdentityProvider()
    told = {"entity_id": ENTITY, "sso_url": f"{ENTITY}sso", "x509cert": made.certificate}
    SocialApp.objects.create(
        provider="saml", provider_id=ENTITY, name="Northfield", client_id="northfield",
        settings={"idp": told, "verified_email": ["northfield.example"],
                  "advanced": {"allow_single_label_domains": True}},
    )  # fmt: skip
    return made


@pytest.fixture
def client() -> Client:
    return Client(headers={"Host": "localhost:8000"})


def go(client: Client, idp: IdentityProvider, email: str, *, field=lambda text: text) -> str:
    """Through the provider and back; the page on which one ends."""
    target = led_to(client.post(f"{BASE}login/"))
    assert target.startswith(f"{ENTITY}sso?")
    back = client.post(f"{BASE}acs/", {"SAMLResponse": field(idp.answer(target, email))})
    answer = client.get(back["Location"])
    return answer.get("Location") or answer.content.decode()


def test_a_new_person(client, idp):
    assert go(client, idp, "joan@northfield.example") == "/accounts/app-passwords/"
    assert User.objects.get().email == "joan@northfield.example"
    assert inside(client)


def test_a_new_address_of_another_domain_is_proved_first(client, idp):
    assert go(client, idp, "head@bank.example") == "/accounts/confirm-email/"
    assert not inside(client)


def test_of_other_addresses_it_may_say_what_it_likes(client, idp):
    person("ada@example.org")
    assert go(client, idp, "ada@example.org") == "/accounts/confirm-email/"
    assert not inside(client)


def test_an_address_that_it_denies_is_proved_first(client, idp):
    """By an attribute that the operator has mapped."""
    app = SocialApp.objects.get()
    app.settings["attribute_mapping"] = {"email": MAIL, "email_verified": MAIL}
    app.save()
    assert go(client, idp, "joan@northfield.example") == "/accounts/confirm-email/"
    assert not inside(client)


def test_a_changed_answer_signs_nobody_in(client, idp):
    def forge(field: str) -> str:
        text = base64.b64decode(field)
        return base64.b64encode(text.replace(b"joan@north", b"ada_@north")).decode()

    assert "did not work" in go(client, idp, "joan@northfield.example", field=forge)
    assert not User.objects.exists()


def test_a_stranger_signs_nobody_in(client, idp):
    assert "did not work" in go(client, IdentityProvider(), "joan@northfield.example")
    assert not User.objects.exists()


def test_the_metadata(client, idp):
    answer = client.get(f"{BASE}metadata/")
    assert answer["Content-Type"] == "text/xml"
    assert f"{HOST}{BASE}acs/" in answer.content.decode()
    assert client.get("/accounts/saml/unknown/metadata/").status_code == 404


def test_metadata_is_not_fetched_past_the_safe_client(client, idp):
    app = SocialApp.objects.get()
    app.settings["idp"]["metadata_url"] = "http://127.0.0.1:9/metadata"
    app.save()
    assert client.post(f"{BASE}login/").status_code == 404
    assert "Northfield" not in client.get("/accounts/login/").content.decode()
