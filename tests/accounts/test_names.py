"""Names as others are shown them."""

import pytest

from accounts.names import one_line
from accounts.services.app_passwords import create_app_password
from accounts.services.people import create_user
from tests.support.servers import PASSWORD
from tests.support.worlds import SERVER


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (" Ada\tKing\r\nLovelace ", "Ada King Lovelace"),
        ("Zoe\u0301", "Zo\u00e9"),
        ("Zoe\u200b\u0301", "Zo\u00e9"),
        ("a\x00b\x1b[0m\ud800", "ab[0m"),
        ("Ada\u202e moc.elgoog\u202c", "Ada moc.elgoog"),
        ("\u2067Ada\u2069 \u200f King\u061c", "Ada King"),
        ("\u200b\ufeff\u00ad\u200d", ""),
        ("\u0646\u0627\u0645\u200c\u0647\u0627", "\u0646\u0627\u0645\u200c\u0647\u0627"),
        ("<b>Ada</b> & Co", "<b>Ada</b> & Co"),
    ],
)
def test_a_name_is_one_line_that_shows_what_it_is(given: str, kept: str) -> None:
    assert one_line(given) == kept
    assert one_line(kept) == kept


def test_people_and_app_passwords_have_such_names(db) -> None:
    user, _ = create_user(
        actor=SERVER, email="ada@example.org", password=PASSWORD, name="Ada\u202e \x07 King"
    )
    assert (user.first_name, user.last_name) == ("Ada", "King")
    made, _ = create_app_password(actor=SERVER, user=user, name="Moodle\u202e\x00")
    assert made.name == "Moodle"
