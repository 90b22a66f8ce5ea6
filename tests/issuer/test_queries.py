"""Reads that no route's test reaches."""

import pytest

from issuer.queries import stranded_origins
from tests.support.worlds import issuer_of, person


@pytest.mark.django_db
def test_origins_that_lead_nowhere_are_found(settings):
    owner = person()
    issuer_of(owner)
    assert stranded_origins() == []
    settings.LAUREL_URL = "https://badges.example.org"
    assert stranded_origins() == ["http://localhost:8000"]
    issuer_of(owner, name="New")
    settings.LAUREL_OLD_URLS = ["http://localhost:8000"]
    assert stranded_origins() == []
