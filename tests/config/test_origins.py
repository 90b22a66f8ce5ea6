"""Origins are read strictly: everything Laurel publishes begins with one."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.origins import allowed_hosts, is_loopback, normalise_origin


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        ("https://badges.example.org", "https://badges.example.org"),
        ("https://Badges.Example.ORG/", "https://badges.example.org"),
        ("https://badges.example.org:443", "https://badges.example.org"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://localhost:80/", "http://localhost"),
        (" http://[::1]:8000 ", "http://[::1]:8000"),
    ],
)
def test_one_spelling_for_each_origin(given: str, origin: str) -> None:
    assert normalise_origin(given) == origin


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "badges.example.org",
        "ftp://badges.example.org",
        "https://",
        "https://badges.example.org/laurel",
        "https://badges.example.org?x=1",
        "https://badges.example.org#x",
        "https://user:secret@badges.example.org",
        "https://badges.example.org:port",
        "https://badges.example.org:99999",
        "https://bad ges.example.org",
        'https://badges."example.org',
        "https://bücher.example.org",
    ],
)
def test_what_is_no_origin_is_refused(wrong: str) -> None:
    with pytest.raises(ImproperlyConfigured):
        normalise_origin(wrong)


def test_only_loopback_names_make_a_practice_server() -> None:
    for loopback in ("localhost:1", "127.0.0.9", "[::1]", "a.localhost"):
        assert is_loopback(f"http://{loopback}")
    for public in (
        "badges.example.org",
        "127.example.org",
        "localhost.org",
        "10.0.0.1",
        "[2001::1]",
    ):
        assert not is_loopback(f"http://{public}")


def test_hosts_of_all_origins_are_allowed_and_no_others() -> None:
    assert allowed_hosts("https://new.example.org", "https://old.example.org:8443") == [
        "new.example.org",
        "old.example.org",
    ]
    assert set(allowed_hosts("http://localhost:8000")) == {"localhost", "127.0.0.1", "[::1]"}
