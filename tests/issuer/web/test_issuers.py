"""/issuers/{id}/, and the way to it from the home page."""

import pytest
from django.test import Client

from issuer.models import Role
from issuer.services.badge_classes import update_badge_class
from tests.issuer.web.conftest import browser_of
from tests.support.leafing import leaf
from tests.support.worlds import acting, badge_class_of, staff


def test_the_page(browser, issuer, badge_class):
    page = browser.get(f"/issuers/{issuer.entity_id}/").content.decode()
    assert "Academy" in page and "Welding" in page
    assert f"/badges/{badge_class.entity_id}/import/" in page


def test_home_leads_to_it(browser, issuer, stranger):
    address = f"/issuers/{issuer.entity_id}/"
    assert address in browser.get("/").content.decode()
    assert address not in stranger.get("/").content.decode()
    assert address not in Client().get("/").content.decode()


def test_an_issuer_without_badges(browser, issuer):
    assert "None yet." in browser.get(f"/issuers/{issuer.entity_id}/").content.decode()


def test_archived_badges_are_not_shown(browser, ada, issuer, badge_class):
    update_badge_class(actor=acting(ada), badge_class=badge_class, archived=True)
    assert "Welding" not in browser.get(f"/issuers/{issuer.entity_id}/").content.decode()


def test_strangers_do_not_know_it(stranger, issuer):
    assert stranger.get(f"/issuers/{issuer.entity_id}/").status_code == 404
    assert stranger.get("/issuers/unknown/").status_code == 404


def test_anonymous_people_are_led_to_the_sign_in(issuer):
    answer = Client().get(f"/issuers/{issuer.entity_id}/")
    assert answer["Location"].startswith("/accounts/login/")


def test_names_are_escaped(browser, ada, issuer):
    badge_class_of(issuer, name="<b>Bold</b>")
    assert "<b>Bold" not in browser.get(f"/issuers/{issuer.entity_id}/").content.decode()


def test_pages_with_a_constant_number_of_queries(
    browser, issuer, badge_class, django_assert_num_queries
):
    path = f"/issuers/{issuer.entity_id}/"
    with django_assert_num_queries(13) as few:
        browser.get(path)
    for number in range(60):
        badge_class_of(issuer, name=f"Badge {number}")
    with django_assert_num_queries(len(few)):
        page = browser.get(path).content.decode()
    assert "Welding" not in page
    _, later = leaf(browser, path)
    assert "Welding" in later
    assert browser.get(f"{path}?cursor=rubbish").status_code == 404


def test_links_of_other_rooms_for_who_may_follow_them(browser, issuer):
    """Owners word the mails and manage webhooks; staff do not."""
    path = f"/issuers/{issuer.entity_id}/"
    page = browser.get(path).content.decode()
    assert f"{path}mail/" in page and f"{path}webhooks/" in page
    bob = browser_of(staff(issuer, "bob@example.org", Role.STAFF))
    page = bob.get(path).content.decode()
    assert f"{path}mail/" not in page and f"{path}webhooks/" not in page


@pytest.mark.parametrize("name", ["%00", "a%00b", "☃", "x" * 300])
def test_names_that_nothing_has(browser, name):
    for path in (f"/issuers/{name}/", f"/badges/{name}/import/", f"/badges/x/import/{name}/",
                 f"/issuances/{name}/", f"/issuances/{name}/result.csv"):  # fmt: skip
        assert browser.get(path).status_code == 404
