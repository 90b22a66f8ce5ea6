"""/accounts/apps/mine/…: making, changing, disabling and approving apps."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from accounts.services.people import set_active
from activity.models import LogEntry
from api.paging import Cursor
from api.scopes import BADGE_CONNECT
from oauth.models import Application
from oauth.queries import living_refresh_token, living_tokens_of
from oauth.services.registrations import register_application
from tests.oauth.flows import CALLBACK, Dance, opens
from tests.oauth.test_registration import MOODLE
from tests.support.leafing import beside, leaf
from tests.support.worlds import SERVER, person

READ = next(iter(BADGE_CONNECT))
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

    def test_a_logo_is_promised_to_nobody_here(self, developer):
        assert "Pages here do not show it" in developer.get(NEW).content.decode()

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


def seen(administrator, application) -> dict[str, str]:
    """What the button sends that stands beside the app now."""
    text = administrator.get(MINE).content.decode()
    assert application.client_id in text
    return {"seen": re.search(r'name="seen" value="(\w+)"', text)[1]}


def approve(administrator, application, **shown: str) -> str:
    """Look, and approve; the text of the page that follows."""
    sent = shown or seen(administrator, application)
    address = f"{MINE}{application.client_id}/approve/"
    return administrator.post(address, sent, follow=True).content.decode()


class TestApproving:
    def test_it_waits(self, made, developer, administrator):
        application, _ = made
        assert application.permitted_scopes == ["r:profile"]
        address = f"{MINE}{application.client_id}/"
        assert "wait for an administrator" in developer.get(address).content.decode()
        assert "Approve" not in developer.get(MINE).content.decode()
        assert developer.post(f"{address}approve/").status_code == 403
        assert "Waiting for approval" in administrator.get(MINE).content.decode()
        assert "Approved." in approve(administrator, application)
        application.refresh_from_db()
        assert application.permitted_scopes == ["r:profile", "rw:issuer"]
        assert "Waiting for approval" not in administrator.get(MINE).content.decode()
        assert LogEntry.objects.filter(verb="application.approved").count() == 1

    def test_more_waits_again(self, made, developer, administrator):
        application, _ = made
        address = f"{MINE}{application.client_id}/"
        approve(administrator, application)
        developer.post(address, FACTS | {"scopes": ["rw:issuer", "rw:issuer:*"]})
        application.refresh_from_db()
        assert application.approved_at is None

    OTHER_WAY_IN = {"grants": ["authorization-code", "client-credentials"]}

    @pytest.mark.parametrize(
        "change",
        [{"name": "Moodle"}, {"redirect_uris": "https://evil.example/cb"}, OTHER_WAY_IN,
         {"redirect_uris": f"{CALLBACK}\nhttps://evil.example/cb"}],
    )  # fmt: skip
    def test_what_is_another_app_waits_again(self, made, developer, administrator, change):
        application, _ = made
        address = f"{MINE}{application.client_id}/"
        approve(administrator, application)
        assert "need approval again" in developer.get(address).content.decode()
        text = developer.post(address, FACTS | change, follow=True).content.decode()
        assert "Saved. It waits for approval again." in text
        assert "wait for an administrator" in text
        assert "need approval again" not in text
        application.refresh_from_db()
        assert application.approved_at is None
        assert application.permitted_scopes == ["r:profile"]

    @pytest.mark.parametrize(
        "change",
        [{}, {"redirect_uris": "https://app.example/other"}, {"website_url": "https://x.example"},
         {"scopes": ["r:profile", "r:issuer", "rw:issuer"]}, {"name": " Portfolio "}],
    )  # fmt: skip
    def test_what_is_the_same_app_stays_approved(self, made, developer, administrator, change):
        application, _ = made
        address = f"{MINE}{application.client_id}/"
        approve(administrator, application)
        text = developer.post(address, FACTS | change, follow=True).content.decode()
        assert "waits" not in text
        application.refresh_from_db()
        assert application.approved_at

    def test_an_administrators_own_change_keeps_it(self, made, administrator):
        application, _ = made
        address = f"{MINE}{application.client_id}/"
        approve(administrator, application)
        administrator.post(address, FACTS | self.OTHER_WAY_IN | {"name": "Moodle"})
        application.refresh_from_db()
        assert (application.name, bool(application.approved_at)) == ("Moodle", True)

    @pytest.mark.parametrize(
        "change",
        [{"name": "Moodle"}, {"redirect_uris": "https://evil.example/cb"}, OTHER_WAY_IN,
         {"scopes": ["rw:issuer", "rw:backpack"]}],
    )  # fmt: skip
    def test_what_nobody_looked_at_is_not_approved(self, made, developer, administrator, change):
        application, _ = made
        shown = seen(administrator, application)
        developer.post(f"{MINE}{application.client_id}/", FACTS | change)
        for sent in (shown, {"seen": ""}):
            text = approve(administrator, application, **sent)
            assert "It has changed since you looked at it" in text
            assert "Waiting for approval" in text
        application.refresh_from_db()
        assert application.approved_at is None
        assert "Approved." in approve(administrator, application)

    def test_every_address_is_shown(self, developer, administrator):
        uris = f"{CALLBACK}\nhttps://evil.example/cb"
        developer.post(NEW, FACTS | {"redirect_uris": uris})
        assert "https://evil.example/cb" in administrator.get(MINE).content.decode()

    def test_an_administrator_takes_it_back(self, made, developer, administrator):
        application, _ = made
        address = f"{MINE}{application.client_id}/"
        approve(administrator, application)
        assert "Take the approval back" not in developer.get(address).content.decode()
        assert developer.post(f"{address}withdraw/").status_code == 403
        assert "Take the approval back" in administrator.get(address).content.decode()
        assert administrator.post(f"{address}withdraw/").status_code == 302
        application.refresh_from_db()
        assert application.permitted_scopes == ["r:profile"]
        assert LogEntry.objects.filter(verb="application.approval_withdrawn").count() == 1


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


class TestOfTheCommandLine:
    """`laurel oauth-app` makes apps that the page offers nobody to make."""

    def saved(self, developer, application, **change: str) -> Application:
        """The page's form sent as a browser does: what is ticked stays ticked."""
        address = f"{MINE}{application.client_id}/"
        form = developer.get(address).context["form"]
        sent = {
            field.name: field.value()
            if not hasattr(field.field, "choices")
            else [str(box.data["value"]) for box in field.subwidgets if box.data["selected"]]
            for field in form
        }
        assert developer.post(address, sent | change).status_code == 302
        return Application.objects.get(pk=application.pk)

    @pytest.mark.parametrize(
        ("grants", "scopes"),
        [
            (["password"], ["r:profile", "rw:issuer"]),
            (["authorization-code", "password"], [READ, "r:profile"]),
            (["client-credentials"], ["rw:issuer:abc"]),
        ],
    )
    def test_a_new_name_takes_nothing_away(self, developer, application, grants, scopes):
        app, _ = application(grants=grants, scopes=scopes, redirect_uris=[CALLBACK])
        saved = self.saved(developer, app, name="New")
        assert saved.name == "New"
        assert set(saved.grants) == set(app.grants)
        assert set(saved.allowed_scopes) == set(scopes)

    def test_nobody_gets_more_by_it(self, developer, made):
        for more in ({"grants": ["password"]}, {"scopes": [READ]}):
            answer = developer.post(f"{MINE}{made[0].client_id}/", FACTS | more)
            assert answer.status_code == 400


class TestAskingPeopleAgain:
    """Whatever is approved: what people allowed was that app, at that host."""

    OTHER = ({"name": "Moodle"}, {"redirect_uris": f"{CALLBACK}\nhttps://evil.example/cb"})
    ASKED = {"scope": "r:profile"}

    @pytest.fixture
    def allowed(self, made, endpoint) -> Dance:
        """Grace has allowed it to see her profile, and is not asked again."""
        grace = Dance(endpoint, *made, person("grace@example.org"))
        grace.held = grace.token("r:profile", **self.ASKED)
        assert grace.visit(**self.ASKED).status_code == 303
        return grace

    @pytest.mark.parametrize("change", OTHER)
    @pytest.mark.parametrize("policy", ["approved", "anyone"])
    def test_another_app_asks(self, made, developer, allowed, settings, policy, change):
        settings.LAUREL_APP_CREATION = policy
        developer.post(f"{MINE}{made[0].client_id}/", FACTS | change)
        assert allowed.visit(**self.ASKED).status_code == 200
        allowed.code("r:profile", **self.ASKED)
        assert allowed.visit(**self.ASKED).status_code == 303

    def test_one_that_an_administrator_changed_does_too(self, made, administrator, allowed):
        administrator.post(f"{MINE}{made[0].client_id}/", FACTS | self.OTHER[0])
        assert allowed.visit(**self.ASKED).status_code == 200

    def test_what_was_allowed_the_old_one_is_not_allowed_the_new_one(
        self, made, developer, allowed
    ):
        """Not even to who allows the new one something else."""
        developer.post(f"{MINE}{made[0].client_id}/", FACTS | {"scopes": ["r:profile", "r:issuer"]})
        allowed.code("r:issuer", scope="r:issuer")
        both = {"scope": "r:profile r:issuer"}
        assert allowed.visit(**both).status_code == 303
        developer.post(
            f"{MINE}{made[0].client_id}/",
            FACTS | self.OTHER[0] | {"scopes": ["r:profile", "r:issuer"]},
        )
        allowed.code("r:issuer", scope="r:issuer")
        assert allowed.visit(**both).status_code == 200

    def test_the_same_app_does_not(self, made, developer, allowed):
        facts = FACTS | {"redirect_uris": f"{CALLBACK}\nhttps://app.example/other"}
        developer.post(f"{MINE}{made[0].client_id}/", facts)
        assert allowed.visit(**self.ASKED).status_code == 303

    def test_its_tokens_go_on_and_are_taken_back(self, made, developer, allowed):
        developer.post(f"{MINE}{made[0].client_id}/", FACTS | self.OTHER[0])
        assert opens(allowed.held, "/v2/users/self") == 200
        page = allowed.browser.get("/accounts/apps/").content.decode()
        assert "asks you again" in page
        allowed.browser.post(re.search(r'action="(/accounts/apps/\w+/revoke/)"', page)[1])
        assert opens(allowed.held, "/v2/users/self") == 401


class TestDisabledByAnAdministrator:
    @pytest.mark.parametrize("before", [False, True])
    def test_its_developer_does_not_enable_it(self, made, developer, administrator, before):
        application, _ = made
        address = f"{MINE}{application.client_id}/"
        if before:  # by which a developer could keep the choice
            developer.post(f"{address}disable/")
            assert "Only administrators may" in administrator.get(address).content.decode()
        administrator.post(f"{address}disable/")
        text = developer.get(address).content.decode()
        assert "only administrators can enable it" in text
        assert "enable/" not in text
        assert developer.post(f"{address}disable/").status_code == 302  # changes nothing
        assert developer.post(f"{address}enable/").status_code == 403
        application.refresh_from_db()
        assert application.disabled_at

    def test_an_administrator_does(self, made, developer, administrator):
        application, _ = made
        address = f"{MINE}{application.client_id}/"
        administrator.post(f"{address}disable/")
        administrator.post(f"{address}enable/")
        application.refresh_from_db()
        assert application.disabled_at is None
        developer.post(f"{address}disable/")
        assert developer.post(f"{address}enable/").status_code == 302  # their own again
        assert LogEntry.objects.filter(verb="application.disabled").count() == 2


class TestItsDeveloperIsGone:
    """Closed accounts act for nobody, by no app of theirs either."""

    def test_it_works_for_nobody_until_the_account_is_opened(
        self, made, endpoint, ada, administrator
    ):
        address = f"{MINE}{made[0].client_id}/"
        user = person("grace@example.org")
        grace = Dance(endpoint, *made, user)
        held = grace.token("r:profile", scope="r:profile")
        code = grace.code("r:profile", scope="r:profile")
        set_active(actor=SERVER, user=ada, active=False)
        assert opens(held) == 401
        assert living_refresh_token(held["refresh_token"]) is None
        assert grace.refresh(held).status_code == 401
        assert grace.exchange(code).status_code == 401
        assert grace.visit().status_code == 400
        assert not list(living_tokens_of(user))
        assert "account is closed" in administrator.get(address).content.decode()
        set_active(actor=SERVER, user=ada, active=True)
        assert opens(held) == 403  # alive, and too little for this
        assert living_refresh_token(held["refresh_token"])
        assert grace.refresh(held).status_code == 200
        assert "account is closed" not in administrator.get(address).content.decode()

    def test_looking_it_up_takes_one_query(self, made, django_assert_num_queries):
        with django_assert_num_queries(1):
            assert Application.objects.get(pk=made[0].pk).is_usable(None)


@pytest.fixture
def registered(db):
    """It made itself known (RFC 7591): nobody owns it."""
    metadata = MOODLE | {"client_name": "Registered"}
    made, secret, _ = register_application(actor=SERVER, metadata=metadata)
    return made, secret


class TestRegistered:
    def test_an_administrator_disables_it(self, registered, administrator, endpoint, ada):
        application, secret = registered
        host = Dance(endpoint, application, secret, ada)
        token = host.token(READ, scope=READ)
        address = f"{MINE}{application.client_id}/"
        page = administrator.get(address)
        text = page.content.decode()
        assert page.status_code == 200
        assert "registered itself" in text
        assert CALLBACK in text
        assert READ in text
        assert "New secret" not in text
        assert "<textarea" not in text
        assert administrator.post(f"{address}disable/").status_code == 302
        assert opens(token) == 401
        assert host.visit(scope=READ).status_code == 400
        assert administrator.post(f"{address}enable/").status_code == 302
        assert opens(token) == 403
        verbs = LogEntry.objects.values_list("verb", flat=True)
        assert {"application.disabled", "application.enabled"} <= set(verbs)

    @pytest.mark.parametrize("path", ["", "secret/"])
    def test_what_it_says_of_itself_stays(self, registered, administrator, path):
        before = Application.objects.values().get(pk=registered[0].pk)
        address = f"{MINE}{registered[0].client_id}/{path}"
        assert administrator.post(address, FACTS).status_code == 404
        assert Application.objects.values().get(pk=registered[0].pk) == before

    @pytest.mark.parametrize("path", ["", "secret/", "disable/", "enable/", "approve/"])
    def test_nobody_else(self, registered, developer, path):
        assert developer.post(f"{MINE}{registered[0].client_id}/{path}").status_code == 404
        assert developer.get(f"{MINE}{registered[0].client_id}/").status_code == 404


class TestEverybodys:
    """What administrators see of other people's apps, and of those that registered themselves."""

    def test_the_list(self, made, registered, administrator, developer):
        text = administrator.get(MINE).content.decode()
        for told in ("Everybody’s apps", "Portfolio", "ada@example.org", "Registered"):
            assert told in text
        assert "public/" not in text
        assert ">Registered<" not in developer.get(MINE).content.decode()

    def test_it_is_paged(self, registered, administrator, django_assert_max_num_queries):
        for number in range(55):
            metadata = MOODLE | {"client_name": f"Number {number:02}"}
            register_application(actor=SERVER, metadata=metadata)
        with django_assert_max_num_queries(9):
            first = administrator.get(MINE).content.decode()
        assert first.count("Number ") == 50
        _, second = leaf(administrator, MINE)
        assert second.count("Number ") == 5
        assert ">Registered<" in second
        back = beside(second, "prev")
        assert administrator.get(f"{MINE}{back}").content.decode().count("Number ") == 50
        for forged in ("x", Cursor("+", timezone.now(), "x").encode()):
            assert administrator.get(MINE, {"cursor": forged}).status_code == 404


class TestWhoMay:
    PATHS = ("", "secret/", "disable/", "enable/", "approve/", "withdraw/")

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
