"""`laurel mirror test`: what is wrong with a provider, in words, or nothing."""

from mirror.contract import NotNow, Rejected, RemoteIssuer
from mirror.models import BadgeProvider
from mirror.services.asking import ask, credentials
from mirror.services.holding import opaque

ENOUGH = {"owner", "editor"}


def problem_of(provider: BadgeProvider) -> str:
    """A sentence or two that say what is wrong and what to do; "" where all is well.

    Signs in and reads the issuer; changes nothing over there.
    """
    username, password = credentials(provider)
    if not username or not password:
        return (
            "Credentials: there is no user name or no password. Give --username and --password,"
            " or set BADGE_PROVIDER_USERNAME and BADGE_PROVIDER_PASSWORD."
        )
    try:
        issuer = ask(provider, lambda remote: remote.issuer())
    except NotNow as error:
        return opaque(why_not_now(provider, error))
    except Rejected as error:
        return opaque(why_rejected(provider, error))
    return role_problem(issuer, username)


def why_not_now(provider: BadgeProvider, error: NotNow) -> str:
    words = str(error)
    if "user name or password" in words:
        return f"Credentials: {words} Many services want an app password, not the account's own."
    if "refuses the token" in words:
        return f"Credentials: {words}"
    if "certificate" in words.lower() or "ssl" in words.lower():
        return f"TLS: {words} The server's certificate must be valid for the name in the URL."
    if "private or reserved" in words:
        return f"URL: {words} LAUREL_OUTBOUND_ALLOW can allow it."
    if error.status is None or "cannot be read" in words or "not Badgr's" in words:
        return f"URL: {provider.api_url} does not answer as a {provider.type} server. {words}"
    return f"URL: {provider.api_url} fails for now. {words}"


def why_rejected(provider: BadgeProvider, error: Rejected) -> str:
    if error.status == 404:
        return (
            f"Issuer: the remote knows no issuer {provider.issuer_entity_id} that this account may"
            " see. Is the id right, and is the account on its staff?"
        )
    if error.status == 403:
        return f"Role: this account or its scope is too small to read the issuer. {error}"
    return f"Issuer: {error}"


def role_problem(issuer: RemoteIssuer, username: str) -> str:
    role = issuer.roles.get(username.lower(), "")
    if not role or role in ENOUGH:
        return ""
    return (
        f"Role: this account is {role} of {issuer.name}. To create badge classes, to correct and to"
        " revoke, it must be editor or owner."
    )
