"""/staff/: which pages of Django's admin there are. Those of our rooms and, of the libraries', the
one that sets up sign-in providers; by the others, rows would be written past the services. People
sign in, and change their passwords, where everybody does.
"""

from allauth.account.decorators import secure_admin_login
from allauth.socialaccount.admin import SocialAccount, SocialToken  # the one of SocialApp is there
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

import accounts.admin  # noqa: F401 - each registers its own
import jobs.admin  # noqa: F401
import mirror.admin  # noqa: F401


def change_password(request: HttpRequest, extra_context: object = None) -> HttpResponse:
    return redirect("account_change_password")


admin.site.unregister([SocialAccount, SocialToken])
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.password_change = change_password  # type: ignore[method-assign, assignment]
admin.site.site_header = admin.site.site_title = "Laurel"
