"""The WSGI application, from the outside in: scheme and peer, whole bodies, the public door,
Django.
"""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.core.wsgi import get_wsgi_application  # noqa: E402

django_application = get_wsgi_application()

from django.urls import get_resolver  # noqa: E402

from config.bodies import WholeBodies  # noqa: E402 - rooms can be imported once Django is set up
from config.proxies import TrustedProxies  # noqa: E402
from config.serving import end_with_parent  # noqa: E402
from public.door import PublicDoor  # noqa: E402

application = TrustedProxies(PublicDoor(WholeBodies(django_application)))

end_with_parent()
get_resolver().url_patterns  # noqa: B018 - imports every view now rather than in the first request
