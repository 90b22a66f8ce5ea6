"""Archiving and restoring from the pages."""

import pytest

from issuer.models import Role
from tests.issuer.web.conftest import browser_of
from tests.support.worlds import awarded, staff


@pytest.fixture
def page(issuer) -> str:
    return f"/issuers/{issuer.entity_id}/"


def shown(client, path: str) -> str:
    return client.get(path).content.decode()


def test_a_badge_is_archived_and_restored(browser, page, badge_class):
    way = f"/badges/{badge_class.entity_id}/"
    assert f'action="{way}archive/"' in shown(browser, page)
    answer = browser.post(f"{way}archive/", follow=True)
    assert answer.redirect_chain == [(page, 302)]
    told = answer.content.decode()
    assert "Welding is archived." in told and f"{way}archive/" not in told
    archived = shown(browser, f"{page}?archived=true")
    assert f'action="{way}restore/"' in archived and f"{way}import/" not in archived
    told = browser.post(f"{way}restore/", follow=True).content.decode()
    assert "Welding is restored." in told and f"{way}import/" in told
    assert "?archived=true" not in told, "there are none"


def test_an_archived_badge_stays_public(browser, badge_class):
    assertion = awarded(badge_class)
    browser.post(f"/badges/{badge_class.entity_id}/archive/")
    for path in (badge_class.public_url, assertion.public_url):
        assert browser.get(path).status_code == 200


def test_an_issuer_is_archived_and_restored(browser, page, badge_class):
    told = browser.post(f"{page}archive/", follow=True).content.decode()
    assert f'action="{page}restore/"' in told and f"{page}archive/" not in told
    assert f"/badges/{badge_class.entity_id}/import/" not in told
    assert "Your archived issuers" in shown(browser, "/") and page in shown(browser, "/")
    told = browser.post(f"{page}restore/", follow=True).content.decode()
    assert f"/badges/{badge_class.entity_id}/import/" in told
    assert "Your archived issuers" not in shown(browser, "/")


@pytest.mark.parametrize(
    ("role", "badges", "issuers"), [(Role.STAFF, 403, 403), (Role.EDITOR, 302, 403)]
)
def test_who_may_not(role, badges, issuers, issuer, badge_class, page):
    member = browser_of(staff(issuer, "joan@example.org", role))
    way = f"/badges/{badge_class.entity_id}/archive/"
    assert (way in shown(member, page)) is (badges == 302)
    assert f"{page}archive/" not in shown(member, page)
    assert member.post(way).status_code == badges
    assert member.post(f"{page}archive/").status_code == issuers


def test_strangers_do_not_know_them(stranger, badge_class, page):
    for way in (f"/badges/{badge_class.entity_id}/", page):
        for act in ("archive/", "restore/"):
            assert stranger.post(way + act).status_code == 404
            assert stranger.get(way + act).status_code == 405
