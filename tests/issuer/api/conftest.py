"""Two issuers that know nothing of each other, and API clients for their people."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

from issuer.models import BadgeClass, Issuer
from tests.support.worlds import API, badge_class_of, issuer_of, person


@pytest.fixture
def owner(db):
    return person()


@pytest.fixture
def issuer(owner) -> Issuer:
    return issuer_of(owner)


@pytest.fixture
def badge_class(issuer) -> BadgeClass:
    return badge_class_of(issuer)


@pytest.fixture
def api(owner) -> API:
    return API(owner)


@pytest.fixture
def media_files() -> Callable[[], set[Path]]:
    """The uploads that are stored by now."""
    return lambda: {path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()}


@pytest.fixture
def stranger(db) -> API:
    user = person("eve@example.org")
    issuer_of(user, name="Elsewhere")
    return API(user)
