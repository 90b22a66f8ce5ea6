"""`laurel award`: everybody in a table, or nobody."""

import json

import pytest
from django.core.management import CommandError, call_command

from issuer.models import Assertion
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


@pytest.mark.parametrize("problem", ["class", "file", "user", "empty"])
def test_errors_are_sentences(capsys, badge_class, table, problem, tmp_path):
    arguments = {"--class": badge_class.entity_id, "--csv": str(table)}
    if problem == "class":
        arguments["--class"] = "nothing"
    elif problem == "file":
        arguments["--csv"] = str(tmp_path / "nothing.csv")
    elif problem == "user":
        arguments["--user"] = person("stranger@example.org").email
    else:
        table.write_text("")
    with pytest.raises(CommandError):
        call_command("award", *(part for pair in arguments.items() for part in pair))
    assert not Assertion.objects.exists()
