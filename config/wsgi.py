"""The WSGI application, from the outside in: scheme and peer, the public door, Django.

`laurel up` serves it through config.gateway; another WSGI server can serve it behind a proxy that
buffers requests.
"""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.core.wsgi import get_wsgi_application  # noqa: E402

django_application = get_wsgi_application()

from django.urls import get_resolver  # noqa: E402

from config.proxies import TrustedProxies  # noqa: E402 - rooms can be imported once Django is set up
from public.door import DoorBefore  # noqa: E402

application = TrustedProxies(DoorBefore(django_application))

get_resolver().url_patterns  # noqa: B018 - imports every view now rather than in the first request
