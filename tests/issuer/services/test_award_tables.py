"""From tables to awards: headings, what rows say, what is wrong with them."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError

from issuer.services.award_drafts import Award, InvalidAward
from issuer.services.award_tables import guess_columns, preview
from issuer.services.tables import read_table
from tests.support.worlds import badge_class_of, issuer_of, person


@pytest.fixture
def badge_class(db):
    return badge_class_of(issuer_of(person()))


def read(badge_class, text: str):
    return preview(read_table(text.encode()), badge_class)


@pytest.mark.parametrize(
    ("headings", "columns"),
    [
        (["E-Mail", "Name"], {"identity": 0, "recipient_name": 1}),
        (["Full name", "Email address", "Date issued"],
         {"recipient_name": 0, "identity": 1, "issued_on": 2}),
        (["nothing", "known"], {}),
        (["email", "mail"], {"identity": 0}),
    ],
    ids=str,
)  # fmt: skip
def test_headings(headings, columns):
    assert guess_columns(headings) == columns


def test_a_row_says_all_that_an_award_can(badge_class):
    found = read(
        badge_class,
        "email;name;narrative;evidence;evidence text;issued on;expires\n"
        "Grace@example.org;Grace Höpper;Well done;https://e.example/ü;Seen;2026-01-31;2090-01-01\n",
    )
    assert found.problems == {}
    assert found.awards == [
        Award(
            identity="Grace@example.org",
            recipient_name="Grace Höpper",
            narrative="Well done",
            evidence=[{"url": "https://e.example/%C3%BC", "narrative": "Seen"}],
            issued_on=datetime(2026, 1, 31, tzinfo=UTC),
            expires_at=datetime(2090, 1, 1, tzinfo=UTC),
        )
    ]


def test_what_is_wrong_is_told_by_the_line_people_see(badge_class):
    found = read(
        badge_class,
        "email,issued,evidence,narrative\n"
        "a@example.org,,,\n"
        "\n"
        "nobody,31.1.2026,ftp://x,![x](y)\n"
        "b@example.org,2100-01-01,,\n"
        ",2026-01-01,,\n",
    )
    assert found.lines == [2, 4, 5, 6]
    assert [type(item) for item in found.awards] == [Award, *[InvalidAward] * 3]
    assert {line: set(errors) for line, errors in found.problems.items()} == {
        4: {"recipient.identity", "issued_on", "evidence_url", "narrative"},
        5: {"issued_on"},
        6: {"recipient.identity"},
    }


def test_a_table_without_addresses(badge_class):
    with pytest.raises(ValidationError, match="email"):
        read(badge_class, "name\nGrace\n")


def test_columns_may_be_told(badge_class):
    table = read_table(b"x,y\nGrace,grace@example.org\n")
    found = preview(table, badge_class, columns={"identity": 1, "recipient_name": 0})
    assert found.awards == [Award(identity="grace@example.org", recipient_name="Grace")]
