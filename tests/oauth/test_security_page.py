"""docs/security.md names a test for every rule; each of them is there."""

import re

from tests.support.servers import ROOT

PAGE = (ROOT / "docs/security.md").read_text()


def test_every_test_that_it_names_exists():
    named = re.findall(r"`(tests/[a-z_/]+\.py)::(\w+)`", PAGE)
    assert len(named) > 50
    missing = [
        (path, name)
        for path, name in named
        if not re.search(rf"^ *def {name}\(", (ROOT / path).read_text(), re.M)
    ]
    assert missing == []


def test_every_rule_has_one():
    """Of the standards': what is said before them is of another kind."""
    rules = PAGE.partition("## Apps that connect")[2]
    rows = re.findall(r"^\| (?!---|section)(.*) \|$", rules, re.M)
    assert len(rows) > 50
    assert [row for row in rows if not row.endswith("`")] == []
