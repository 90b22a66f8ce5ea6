"""`laurel award`: everybody in a table, or nobody."""

import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from issuer.models import Assertion, BadgeClass, Issuance, IssuerStaff
from issuer.services import issuances
from jobs.models import Job
from tests.support.worlds import badge_class_of, issuer_of, person


@pytest.fixture
def badge_class(db):
    return badge_class_of(issuer_of(person()))


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "class.csv"
    path.write_text("email,name\n" + "".join(f"p{n}@example.org,P {n}\n" for n in range(300)))
    return path


def run(capsys, badge_class, table, *more: str) -> dict:
    call_command("award", "--class", badge_class.entity_id, "--csv", str(table), *more)
    return json.loads(capsys.readouterr().out)


def test_everybody_in_the_table(capsys, badge_class, table):
    told = run(capsys, badge_class, table)
    assert (told["state"], told["awarded"], told["refused"]) == ("complete", 300, {})
    assert Assertion.objects.get(recipient__identity="p7@example.org").recipient_name == "P 7"


def test_the_servers_worker_leaves_it_alone_for_a_while(capsys, badge_class, table):
    run(capsys, badge_class, table)
    job = Job.objects.get(kind="issuer.issuance")
    assert timedelta(seconds=30) < job.run_at - timezone.now() < timedelta(minutes=2)


def test_the_same_table_is_awarded_once_more_only_by_wish(capsys, badge_class, table):
    first = run(capsys, badge_class, table)
    with pytest.raises(CommandError, match=f"as list {first['issuance']}. Once more: --again"):
        run(capsys, badge_class, table)
    assert Assertion.objects.count() == 300
    other = badge_class_of(badge_class.issuer, name="Another")
    assert run(capsys, other, table)["awarded"] == 300
    assert run(capsys, badge_class, table, "--again")["awarded"] == 300
    assert Assertion.objects.filter(badge_class=badge_class).count() == 600


def test_what_was_taken_back_is_awarded_anew(capsys, badge_class, table):
    run(capsys, badge_class, table)
    Issuance.objects.update(state="revoked")
    assert run(capsys, badge_class, table)["awarded"] == 300


def test_who_was_cut_off_goes_on_where_it_stood(capsys, badge_class, table, monkeypatch):
    def cut(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as cut_off, pytest.raises(KeyboardInterrupt):
        cut_off.setattr("config.management.commands.award.Command.show", cut)
        run(capsys, badge_class, table)
    begun = Issuance.objects.get()
    assert 0 < begun.awarded < 300
    assert f"List {begun.entity_id} is begun." in capsys.readouterr().err
    told = run(capsys, badge_class, table)
    assert (told["issuance"], told["awarded"]) == (begun.entity_id, 300)
    assert Assertion.objects.count() == 300


def test_who_holds_it_already_is_named_by_line(capsys, badge_class, table):
    badge_class.once_per_person = True
    badge_class.save()
    run(capsys, badge_class, table)
    table.write_text("email\nnew@example.org\np3@example.org\n")
    told = run(capsys, badge_class, table)
    assert told["awarded"] == 1
    assert list(told["refused"]) == ["3"]


def test_nobody_while_a_row_is_wrong(capsys, badge_class, table):
    table.write_text("email\na@example.org\nnobody\n")
    with pytest.raises(CommandError, match="1 rows are wrong"):
        run(capsys, badge_class, table)
    assert "line 3:" in capsys.readouterr().err
    assert not Assertion.objects.exists()


def test_a_dry_run_awards_nobody(capsys, badge_class, table):
    assert run(capsys, badge_class, table, "--dry-run") == {"rows": 300}
    assert not Assertion.objects.exists()


def test_who_may_not_go_on_is_told_why(capsys, badge_class, table, monkeypatch):
    def archive(issuance):
        BadgeClass.objects.update(archived_at=timezone.now())
        issuance.badge_class.refresh_from_db()

    monkeypatch.setattr(
        "config.management.commands.award.Command.show", lambda _, row: archive(row)
    )
    monkeypatch.setattr(issuances, "CHUNK", 100)
    with pytest.raises(CommandError, match="archived"):
        run(capsys, badge_class, table)
    assert Assertion.objects.count() == 100


@pytest.mark.parametrize("problem", ["class", "file", "user", "nobody", "no owner", "empty"])
def test_errors_are_sentences(capsys, badge_class, table, problem, tmp_path):
    arguments = {"--class": badge_class.entity_id, "--csv": str(table)}
    if problem == "class":
        arguments["--class"] = "nothing"
    elif problem == "file":
        arguments["--csv"] = str(tmp_path / "nothing.csv")
    elif problem == "user":
        arguments["--user"] = person("stranger@example.org").email
    elif problem == "nobody":
        arguments["--user"] = "nobody@example.org"
    elif problem == "no owner":
        IssuerStaff.objects.all().delete()
    else:
        table.write_text("")
    with pytest.raises(CommandError):
        call_command("award", *(part for pair in arguments.items() for part in pair))
    assert not Assertion.objects.exists()
