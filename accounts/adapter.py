"""Our decisions on allauth's questions."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Sign-up pages come with the account pages; until then accounts are made by administrators."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
