"""/staff/: which pages of Django's admin there are. Those of our rooms and, of the libraries', the
one that sets up sign-in providers; by the others, rows would be written past the services.
"""

from allauth.socialaccount.admin import SocialAccount, SocialToken  # the one of SocialApp is there
from django.contrib import admin

import accounts.admin  # noqa: F401 - each registers its own
import jobs.admin  # noqa: F401
import mirror.admin  # noqa: F401

admin.site.unregister([SocialAccount, SocialToken])
