"""The shipped settings, on data of the test run's own, with a password hash that costs nothing."""

import os
import tempfile

os.environ["LAUREL_DATA"] = tempfile.mkdtemp(prefix="laurel-tests-")

from config.settings import *  # noqa: E402, F403
from config.settings import DATABASES, LAUREL_DATA, PASSWORD_HASHERS  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *PASSWORD_HASHERS]

if DATABASES["default"]["ENGINE"] == "config.sqlite":
    # A file, not memory: only files lock as they do in service.
    DATABASES["default"]["TEST"] = {"NAME": LAUREL_DATA / "test.sqlite3"}

STATIC_ROOT = LAUREL_DATA / "static"
STATIC_ROOT.mkdir()

# Static files under their own names: nothing is collected for tests.
STORAGES = STORAGES | {  # noqa: F405
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
