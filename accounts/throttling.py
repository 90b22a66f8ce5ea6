"""How often one may be wrong, or ask, at the doors of accounts. Nobody can lock another out: what
fails elsewhere never refuses a first try here.
"""

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from allauth.core.exceptions import ImmediateHttpResponse
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.queries import address_of_account
from accounts.secrets import keyed_digest
from api.throttling import FailureThrottle
from ob.identity import normalise_identity

QUARTER, HOUR = timedelta(minutes=15), timedelta(hours=1)

# A whole university may come from one address: these stop machines, not classes.
SIGN_UPS = FailureThrottle("sign-up", 100, HOUR)
RESETS = FailureThrottle("reset", 50, HOUR)
WRONG_LINKS = FailureThrottle("link", 50, HOUR)


@dataclass(frozen=True)
class AccountThrottle(FailureThrottle):
    """The same for one account, wherever the peer is."""

    subject: str

    def key(self, request: HttpRequest) -> str:
        return hashlib.sha256(f"{self.kind} {self.subject}".encode()).hexdigest()


def mails_to(email: str, name: str) -> AccountThrottle:
    """How many mails that strangers can ask for go to one address. Those sent hold good links.

    Links to a new password (`name` of MAILS) are counted by themselves: no other mail uses them up.
    """
    kind = "reset-mail" if name == "password_reset_key" else "mail"
    return AccountThrottle(kind, 5, HOUR, subject=digest_of(email))


def may_mail(email: str, name: str, request: HttpRequest) -> bool:
    """Whether a mail that anybody can ask for may go to this address; counts it if so."""
    throttle = mails_to(email, name)
    if throttle.wait(request):
        return False
    throttle.record_failure(request)
    return True


class Guesses:
    """Wrong guesses at the secret of one account: by this peer at any account, by this peer at this
    one, and at this one from anywhere. The last alone refuses nobody; it lowers what each peer may
    get wrong from ten to one.

    All that is told is counted by the address that was typed, whether an account has it or not.
    What this peer got wrong at the account by whichever address is counted as well (`are_used_up`),
    and is not told: it would show which addresses are one person's.
    """

    def __init__(self, kind: str, account: str) -> None:
        self.kind, self.account = kind, account
        digest = digest_of(account)
        self.peer = FailureThrottle(kind, 100, QUARTER)
        self.here = FailureThrottle(f"{kind} {digest}", 10, QUARTER)
        self.anywhere = AccountThrottle(f"{kind}-anywhere", 100, HOUR, subject=digest)
        self.attacked = FailureThrottle(f"{kind}-attacked {digest}", 1, HOUR)

    def wait(self, request: HttpRequest) -> int:
        """Seconds until this peer may guess again; 0 while it may."""
        longest = max(self.peer.wait(request), self.here.wait(request))
        if self.anywhere.wait(request):
            longest = max(longest, self.attacked.wait(request))
        return longest

    def record_failure(self, request: HttpRequest) -> None:
        told = (self.peer, self.here, self.anywhere, self.attacked)
        for throttle in (*told, self.at_person()):
            throttle.record_failure(request)

    def are_used_up(self, request: HttpRequest) -> bool:
        """Whether this peer has guessed so often at the account, by all of its addresses, that even
        a right secret is to be answered as a wrong one.
        """
        return self.at_person().wait(request) > 0

    def at_person(self) -> FailureThrottle:
        row = address_of_account(self.account)
        digest = digest_of(row.user.entity_id if row else self.account)
        return FailureThrottle(f"{self.kind}-person {digest}", 10, QUARTER)


def digest_of(account: str) -> str:
    return keyed_digest(f"account {normalise_identity('email', account)}")


def too_many(request: HttpRequest, wait: int) -> HttpResponse:
    """The page that asks for patience."""
    response = render(request, "429.html", status=429)
    response["Retry-After"] = str(wait)
    return response


def refuse_beyond(throttle: FailureThrottle | Guesses, request: HttpRequest) -> None:
    """Ends the request of a peer that has used up its allowance with that page."""
    if wait := throttle.wait(request):
        raise ImmediateHttpResponse(too_many(request, wait))
