"""What is done with an app goes by the stored row, however long ago the caller has read it."""

import pytest
from django.core.exceptions import PermissionDenied

from oauth.models import Application
from oauth.services import applications as services
from tests.oauth.flows import CALLBACK
from tests.support.worlds import SERVER, acting

FACTS = {"name": "LMS", "grants": ["authorization-code"], "redirect_uris": [CALLBACK]}


@pytest.fixture
def stale(application) -> Application:
    """An approved app as its developer has read it, before somebody did something with it."""
    return application(**FACTS)[0]


@pytest.fixture
def meanwhile(stale) -> Application:
    return Application.objects.get(pk=stale.pk)


def test_a_save_undoes_no_disabling(stale, meanwhile, ada):
    services.disable_application(actor=SERVER, application=meanwhile)
    services.change_application(actor=acting(ada), application=stale, **FACTS)
    meanwhile.refresh_from_db()
    assert meanwhile.disabled_at


def test_a_save_brings_no_old_secret_back(stale, meanwhile, ada):
    services.rotate_secret(actor=SERVER, application=meanwhile)
    kept = Application.objects.get(pk=stale.pk).client_secret
    services.change_application(actor=acting(ada), application=stale, **FACTS)
    meanwhile.refresh_from_db()
    assert meanwhile.client_secret == kept


def test_a_save_brings_no_approval_back(stale, meanwhile, ada):
    services.withdraw_approval(actor=SERVER, application=meanwhile)
    services.change_application(actor=acting(ada), application=stale, **FACTS)
    meanwhile.refresh_from_db()
    assert meanwhile.approved_at is None


def test_what_another_page_changed_is_seen(stale, meanwhile, ada):
    """A name that is there already is no other one."""
    renamed = FACTS | {"name": "Portfolio"}
    services.change_application(actor=SERVER, application=meanwhile, **renamed)
    changed = services.change_application(actor=acting(ada), application=stale, **renamed)
    assert changed.approved_at


def test_a_developers_enabling_waits_for_no_page(stale, meanwhile, ada):
    """The developer has read it as disabled by themselves."""
    services.disable_application(actor=acting(ada), application=meanwhile)
    stale.refresh_from_db()
    services.disable_application(actor=SERVER, application=meanwhile)
    with pytest.raises(PermissionDenied):
        services.enable_application(actor=acting(ada), application=stale)


def test_an_approval_is_taken_back_from_who_lost_and_got_it(stale, meanwhile):
    services.withdraw_approval(actor=SERVER, application=meanwhile)
    meanwhile.refresh_from_db()
    assert stale.approved_at  # as it was read
    services.approve_application(actor=SERVER, application=stale, seen=stale.fingerprint)
    meanwhile.refresh_from_db()
    assert meanwhile.approved_at
