"""/accounts/apps/mine/…: making, changing, disabling and approving apps."""

import pytest
from django.test import Client

from activity.models import LogEntry
from oauth.models import Application
from tests.oauth.flows import CALLBACK, Dance, opens
from tests.support.worlds import person

MINE = "/accounts/apps/mine/"
NEW = "/accounts/apps/new/"
FACTS = {
    "name": "Portfolio",
    "client_type": "confidential",
    "grants": ["authorization-code"],
    "redirect_uris": CALLBACK,
    "scopes": ["r:profile", "rw:issuer"],
    "website_url": "https://app.example",
}


def browser_of(user) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


@pytest.fixture
def developer(ada):
    return browser_of(ada)


@pytest.fixture
def administrator(db):
    return browser_of(person("root@example.org", administrator=True))


@pytest.fixture
def made(developer):
    """An app of the developer's, and its secret."""
    page = developer.post(NEW, FACTS)
    return Application.objects.get(name="Portfolio"), page.context["secret"]


class TestMaking:
    def test_the_secret_is_shown_once(self, developer, made):
        application, secret = made
        assert len(secret) == 32
        assert secret not in map(str, Application.objects.values().get(pk=application.pk).values())
        page = developer.get(f"{MINE}{application.client_id}/")
        assert page.status_code == 200
        assert secret not in page.content.decode()
        assert "max-age=0" in page["Cache-Control"]
        assert "no-store" in page["Cache-Control"]

    def test_it_works(self, made, endpoint, ada):
        token = Dance(endpoint, *made, ada).token("r:profile", scope="r:profile")
        assert token["scope"] == "r:profile"

    def test_a_public_one_has_no_secret(self, developer):
        page = developer.post(NEW, FACTS | {"client_type": "public"})
        assert page.status_code == 200
        assert page.context["secret"] == ""
        assert "Its secret" not in page.content.decode()

    @pytest.mark.parametrize(
        "wrong",
        [{"name": ""}, {"redirect_uris": ""}, {"redirect_uris": "javascript:alert(1)"},
         {"redirect_uris": f"{CALLBACK} http://app.example/x#y"}, {"scopes": []},
         {"scopes": ["rw:serverAdmin"]}, {"scopes": ["x"]}, {"grants": []},
         {"grants": ["implicit"]},
         {"client_type": "x"}, {"website_url": "javascript:alert(1)"},
         {"logo_url": "ftp://app.example/x"},
         {"client_type": "public", "grants": ["client-credentials"]}],
    )  # fmt: skip
    def test_wrong_facts(self, developer, wrong):
        page = developer.post(NEW, FACTS | wrong)
        assert page.status_code == 400
        assert 'class="error"' in page.content.decode()
        assert not Application.objects.filter(name="Portfolio").exists()

    @pytest.mark.parametrize("policy", ["approved", "anyone", "administrators"])
    def test_who_may(self, developer, administrator, settings, policy):
        settings.LAUREL_APP_CREATION = policy
        denied = 403 if policy == "administrators" else 200
        assert developer.get(NEW).status_code == denied
        assert developer.post(NEW, FACTS).status_code == denied
        assert administrator.get(NEW).status_code == 200
        assert administrator.post(NEW, FACTS | {"name": "Theirs"}).status_code == 200
        assert Application.objects.get(name="Theirs").approved_at
        if policy != "administrators":
            mine = Application.objects.get(name="Portfolio")
            assert bool(mine.approved_at) is (policy == "anyone")


class TestApproving:
    def test_it_waits(self, made, developer, administrator):
        application, _ = made
        assert application.permitted_scopes == ["r:profile"]
        address = f"{MINE}{application.client_id}/"
        assert "wait for an administrator" in developer.get(address).content.decode()
        assert "Approve" not in developer.get(MINE).content.decode()
        assert developer.post(f"{address}approve/").status_code == 403
        assert "Portfolio" in administrator.get(MINE).content.decode()
        assert administrator.post(f"{address}approve/").status_code == 302
        application.refresh_from_db()
        assert application.permitted_scopes == ["r:profile", "rw:issuer"]
        assert "Portfolio" not in administrator.get(MINE).content.decode()
        assert LogEntry.objects.filter(verb="application.approved").count() == 1

    def test_more_waits_again(self, made, developer, administrator):
        application, _ = made
        address = f"{MINE}{application.client_id}/"
        administrator.post(f"{address}approve/")
        developer.post(address, FACTS | {"name": "Renamed"})
        application.refresh_from_db()
        assert application.approved_at
        developer.post(address, FACTS | {"scopes": ["rw:issuer", "rw:issuer:*"]})
        application.refresh_from_db()
        assert application.approved_at is None


class TestChanging:
    def test_it_is_shown_as_it_is(self, made, developer):
        application, _ = made
        page = developer.get(f"{MINE}{application.client_id}/")
        form = page.context["form"]
        assert {name: form.initial[name] for name in FACTS if name != "client_type"} == {
            name: value for name, value in FACTS.items() if name != "client_type"
        }

    def test_saving(self, made, developer):
        application, secret = made
        facts = FACTS | {"name": "New", "redirect_uris": f"{CALLBACK}\nhttps://app.example/two"}
        answer = developer.post(
            f"{MINE}{application.client_id}/", facts | {"client_type": "public"}
        )
        assert answer.status_code == 302
        application.refresh_from_db()
        assert application.name == "New"
        assert application.redirect_uris == f"{CALLBACK} https://app.example/two"
        assert application.client_type == "confidential"  # its type stays
        assert application.client_secret.startswith("keyed$")

    def test_wrong_facts(self, made, developer):
        application, _ = made
        page = developer.post(f"{MINE}{application.client_id}/", FACTS | {"redirect_uris": "x"})
        assert page.status_code == 400
        application.refresh_from_db()
        assert application.redirect_uris == CALLBACK

    def test_a_new_secret_ends_the_old_one(self, made, developer, endpoint, ada):
        application, old = made
        page = developer.post(f"{MINE}{application.client_id}/secret/")
        new = page.context["secret"]
        assert new in page.content.decode()
        assert Dance(endpoint, application, new, ada).token("r:profile", scope="r:profile")
        stale = Dance(endpoint, application, old, ada)
        assert stale.exchange(stale.code("r:profile", scope="r:profile")).status_code == 401

    def test_a_public_one_gets_none(self, developer):
        developer.post(NEW, FACTS | {"client_type": "public"})
        client_id = Application.objects.get(name="Portfolio").client_id
        assert developer.post(f"{MINE}{client_id}/secret/").status_code == 404

    def test_disabling_and_enabling(self, made, developer, endpoint, ada):
        application, secret = made
        lms = Dance(endpoint, application, secret, ada)
        token = lms.token("r:profile", scope="r:profile")
        address = f"{MINE}{application.client_id}/"
        assert opens(token) == 403  # alive, and too little for this
        developer.post(f"{address}disable/")
        assert opens(token) == 401
        assert lms.refresh(token).status_code == 401
        assert lms.visit().status_code == 400
        developer.post(f"{address}enable/")
        assert opens(token) == 403
        assert lms.refresh(token).status_code == 200


class TestWhoMay:
    PATHS = ("", "secret/", "disable/", "enable/", "approve/")

    @pytest.mark.parametrize("path", PATHS)
    def test_not_somebody_else(self, made, path):
        eve = browser_of(person("eve@example.org"))
        before = Application.objects.values().get(pk=made[0].pk)
        assert eve.post(f"{MINE}{made[0].client_id}/{path}", FACTS).status_code == 404
        assert eve.get(f"{MINE}{made[0].client_id}/").status_code == 404
        assert Application.objects.values().get(pk=made[0].pk) == before

    @pytest.mark.parametrize("path", PATHS)
    def test_not_the_servers_own(self, administrator, path):
        assert administrator.post(f"{MINE}public/{path}", FACTS).status_code == 404

    @pytest.mark.parametrize("path", PATHS)
    def test_only_who_is_signed_in(self, made, path):
        answer = Client().post(f"{MINE}{made[0].client_id}/{path}", FACTS)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/accounts/login/")

    @pytest.mark.parametrize("path", PATHS[1:])
    def test_only_by_post(self, made, developer, path):
        assert developer.get(f"{MINE}{made[0].client_id}/{path}").status_code == 405
