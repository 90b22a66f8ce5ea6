"""/badges/{id}/import/…: what is sent is looked at, then awarded, once."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from activity.models import LogEntry
from issuer.models import Assertion, AwardTable, Issuance, IssuerStaff, Role
from issuer.services import award_tables, issuances, table_uploads
from issuer.services.badge_classes import update_badge_class
from jobs.worker import run_due
from tests.issuer.web.conftest import browser_of
from tests.support.worlds import acting, awarded, badge_class_of, staff

GOOD = "email,name\ngrace@example.org,Grace\nalan@example.org,Alan\n"


@pytest.fixture
def path(badge_class) -> str:
    return f"/badges/{badge_class.entity_id}/import/"


def send(client: Client, path: str, content: str | bytes = GOOD, name: str = "class.csv"):
    data = content.encode() if isinstance(content, str) else content
    return client.post(path, {"table": SimpleUploadedFile(name, data)})


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_form(browser, path):
    page = text_of(browser, path)
    assert 'type="file"' in page and "Welding" in page


def test_from_a_table_to_awards(browser, path):
    preview = send(browser, path)["Location"]
    page = text_of(browser, preview)
    assert "grace@example.org" in page and "The table has 2 rows." in page
    assert "Award 2 badges" in page
    assert not Assertion.objects.exists(), "nothing before it was seen"

    answer = browser.post(preview, {"exclusive": "on"})
    assert "0 of 2 rows are done" in text_of(browser, answer["Location"])
    run_due()
    assert "2 of 2 rows are done" in text_of(browser, answer["Location"])
    made = Assertion.objects.get(recipient__identity="grace@example.org")
    assert (made.recipient_name, made.exclusive) == ("Grace", True)
    assert AwardTable.objects.get().sealed == ""


def test_who_awards_it_twice_sees_what_became_of_it(browser, path):
    preview = send(browser, path)["Location"]
    first = browser.post(preview, {})["Location"]
    for repeated in (
        browser.post(preview, {}),
        browser.get(preview),
        browser.post(f"{preview}columns/", {"identity": "1"}),
        browser.post(f"{preview}drop/"),
    ):
        told = browser.get(repeated["Location"], follow=True)
        assert (told.status_code, told.request["PATH_INFO"]) == (200, first)
    run_due()
    assert (Issuance.objects.count(), Assertion.objects.count()) == (1, 2)


def test_reading_it_keeps_nobody_waiting(browser, path, monkeypatch, transactional_db):
    inside = []
    for name in ("preview", "drafted_of"):
        real = getattr(table_uploads, name)
        monkeypatch.setattr(
            table_uploads,
            name,
            lambda *told, real=real, **more: (
                inside.append(connection.in_atomic_block) or real(*told, **more)
            ),
        )
    browser.post(send(browser, path)["Location"], {})
    assert inside == [False] * 3


def test_a_row_is_gone_through_once_to_be_seen_and_once_to_be_awarded(browser, path, monkeypatch):
    seen = []
    for module in (award_tables, issuances):

        def counted(badge_class, item, now, real=module.draft_assertion):
            seen.append(item.identity)
            return real(badge_class, item, now)

        monkeypatch.setattr(module, "draft_assertion", counted)
    preview = send(browser, path)["Location"]
    rows = list(seen)
    browser.post(preview, {})
    assert seen == rows * 2


def test_columns_that_are_named_while_it_is_awarded(browser, path, monkeypatch):
    """What is awarded is what was seen."""
    preview = send(browser, path)["Location"]

    def meanwhile(*told):
        AwardTable.objects.update(columns={"identity": 1})
        return drafted_of(*told)

    drafted_of = table_uploads.drafted_of
    monkeypatch.setattr(table_uploads, "drafted_of", meanwhile)
    answer = browser.post(preview, {})
    assert answer.status_code == 400
    assert "Look at the table again" in answer.content.decode()
    assert not Issuance.objects.exists()


def test_under_another_key_of_the_server_it_is_gone(browser, path, settings, ada):
    preview = send(browser, path)["Location"]
    settings.SECRET_KEY = "another"
    browser.force_login(ada)
    assert browser.get(preview).status_code == 404


def test_what_is_kept_is_sealed(browser, path):
    send(browser, path)
    kept = AwardTable.objects.get()
    assert "grace" not in str(vars(kept)).lower()


def test_rows_that_are_wrong(browser, path):
    preview = send(browser, path, "email\ngrace@example.org\nnobody\n")["Location"]
    page = text_of(browser, preview)
    assert "1 row is wrong" in page and "Line 3:" in page
    refused = browser.post(preview, {})
    assert refused.status_code == 400
    assert "Tick this" in refused.content.decode()
    assert not Issuance.objects.exists()

    answer = browser.post(preview, {"leave_out_wrong": "on"})
    run_due()
    assert "1 of 1 rows are done" in text_of(browser, answer["Location"])


def test_only_wrong_rows(browser, path):
    preview = send(browser, path, "email\nnobody\n")["Location"]
    assert "Award 0" not in text_of(browser, preview)
    answer = browser.post(preview, {"leave_out_wrong": "on"})
    assert answer.status_code == 400
    assert "No row of the table can be awarded." in answer.content.decode()


def test_columns_are_named_where_headings_do_not_tell(browser, path):
    preview = send(browser, path, "wer,wie\ngrace@example.org,Grace\n")["Location"]
    page = text_of(browser, preview)
    assert "No column is known" in page and "Award 1 badge" not in page
    assert browser.post(preview, {}).status_code == 400

    again = browser.post(f"{preview}columns/", {"identity": "0", "recipient_name": "1"})
    assert "Award 1 badge" in text_of(browser, again["Location"])
    browser.post(preview, {})
    run_due()
    assert Assertion.objects.get().recipient_name == "Grace"


@pytest.mark.parametrize(
    "chosen",
    [{}, {"identity": ""}, {"identity": "7"}, {"identity": "x"},
     {"identity": "0", "recipient_name": "0"}],
)  # fmt: skip
def test_columns_named_wrongly(browser, path, chosen):
    preview = send(browser, path)["Location"]
    answer = browser.post(f"{preview}columns/", chosen)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()
    assert AwardTable.objects.get().columns == {"identity": 0, "recipient_name": 1}


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"", "empty"), (b"\x00\x01", "cannot be read"), (b"PK\x03\x04junk", "cannot be read"),
     (b"email\n", "1 to 20000 rows"),
     (b"email\n" + b"a@b.org\n" * (issuances.MAX_ROWS + 1), "20000 rows")],
    ids=lambda value: str(value)[:20],
)  # fmt: skip
def test_what_is_no_table(browser, path, content, told):
    answer = send(browser, path, content)
    assert answer.status_code == 400
    assert told in answer.content.decode()
    assert not AwardTable.objects.exists()


def test_no_file(browser, path):
    assert browser.post(path, {}).status_code == 400


@pytest.mark.parametrize(("chosen", "told"), [("", None), ("yes", True), ("no", False)])
def test_whether_recipients_are_told(browser, path, chosen, told):

    preview = send(browser, path)["Location"]
    browser.post(preview, {"notify": chosen})
    run_due()
    facts = LogEntry.objects.filter(verb="assertion.awarded").values_list("facts", flat=True)
    assert [entry.get("notify") for entry in facts] == [told, told]


def test_who_holds_it_is_left_out(browser, path, badge_class):
    awarded(badge_class, "grace@example.org")
    preview = send(browser, path)["Location"]
    answer = browser.post(preview, {"exclusive": "on"})
    run_due()
    page = text_of(browser, answer["Location"])
    assert "Line 2: A previous award" in page
    assert Assertion.objects.count() == 2


def test_forgetting_it(browser, path):
    preview = send(browser, path)["Location"]
    answer = browser.post(f"{preview}drop/")
    assert "Nothing was awarded." in text_of(browser, answer["Location"])
    assert browser.get(preview).status_code == 404


def test_it_goes_after_a_day(browser, path, time_machine):
    send(browser, path)
    run_due()
    assert AwardTable.objects.exists()
    time_machine.move_to(timezone.now() + timedelta(hours=36))
    run_due()
    assert not AwardTable.objects.exists()


def test_it_is_seen_by_who_sent_it_alone(browser, path, issuer, stranger):
    preview = send(browser, path)["Location"]
    colleague = browser_of(staff(issuer, "bob@example.org", Role.OWNER))
    for client in (stranger, colleague):
        assert client.get(preview).status_code == 404
        assert client.post(preview, {}).status_code == 404
        assert client.post(f"{preview}columns/", {"identity": "0"}).status_code == 404
        assert client.post(f"{preview}drop/").status_code == 404
    assert stranger.get(path).status_code == 404
    assert send(stranger, path).status_code == 404


def test_under_another_badge_it_is_unknown(browser, path, issuer):

    other = badge_class_of(issuer).entity_id
    preview = send(browser, path)["Location"]
    assert browser.get(f"/badges/{other}/import/{preview.split('/')[-2]}/").status_code == 404


def test_who_is_staff_no_more_awards_nothing(browser, path, ada):
    preview = send(browser, path)["Location"]
    IssuerStaff.objects.filter(user=ada).delete()
    assert browser.post(preview, {}).status_code == 404
    assert not Issuance.objects.exists()


def test_an_archived_badge(browser, path, badge_class, ada):

    preview = send(browser, path)["Location"]
    update_badge_class(actor=acting(ada), badge_class=badge_class, archived=True)
    answer = browser.post(preview, {})
    assert answer.status_code == 400
    assert "archived" in answer.content.decode()
    assert send(browser, path).status_code == 400


def test_cells_are_escaped(browser, path):
    preview = send(browser, path, "email,<i>x</i>\ngrace@example.org,<b>Grace</b>\n")["Location"]
    page = text_of(browser, preview)
    assert "<b>Grace" not in page and "<i>x" not in page


def test_anonymous_people_are_led_to_the_sign_in(path):
    assert Client().get(path)["Location"].startswith("/accounts/login/")
    assert Client().post(path)["Location"].startswith("/accounts/login/")


def test_other_methods(browser, path):
    preview = send(browser, path)["Location"]
    assert browser.get(f"{preview}columns/").status_code == 405
    assert browser.get(f"{preview}drop/").status_code == 405
