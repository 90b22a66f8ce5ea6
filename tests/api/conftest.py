"""A person, their issuer and API client."""

import pytest

from accounts.models import User
from issuer.models import BadgeClass, Issuer
from tests.support.worlds import API, badge_class_of, issuer_of, person


@pytest.fixture
def ada(db) -> User:
    return person()


@pytest.fixture
def issuer(ada) -> Issuer:
    return issuer_of(ada)


@pytest.fixture
def badge_class(issuer) -> BadgeClass:
    return badge_class_of(issuer)


@pytest.fixture
def api(ada) -> API:
    return API(ada)
