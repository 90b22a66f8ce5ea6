"""A whole object that was read can be sent back as a form, where null is an empty text."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from tests.support.envelopes import failure_of, result_of
from tests.support.worlds import awarded


def parts(value: Any, name: str) -> Iterator[tuple[str, str]]:
    """Dotted names with texts; empty lists and objects have none."""
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, child in pairs:
            yield from parts(child, f"{name}.{key}")
    elif value is None:
        yield name, ""
    else:
        yield name, str(value).lower() if isinstance(value, bool) else str(value)


def form_of(read: dict[str, Any]) -> dict[str, str]:
    return {name: text for key, value in read.items() for name, text in parts(value, key)}


ENCODINGS = {
    "form": (urlencode, "application/x-www-form-urlencoded"),
    "multipart": (lambda form: encode_multipart(BOUNDARY, form), MULTIPART_CONTENT),
}


@pytest.fixture(params=ENCODINGS)
def put(request, api):
    encode, content_type = ENCODINGS[request.param]
    return lambda path, form: api.client.put(path, encode(form), content_type, headers=api.headers)


def test_what_was_read_can_be_sent_back_as_a_form(api, put, badge_class):
    made = awarded(badge_class, evidence=[{"narrative": "Seen."}])
    for path in (
        f"/v2/issuers/{badge_class.issuer.entity_id}",
        f"/v2/badgeclasses/{badge_class.entity_id}",
        f"/v2/assertions/{made.entity_id}",
    ):
        read = result_of(api.get(path))[0]
        form = form_of(read)
        assert "" in form.values()
        assert result_of(put(path, form))[0] == read


def test_an_empty_text_of_a_form_clears_as_null_does(api, put, badge_class):
    path = f"/v2/badgeclasses/{badge_class.entity_id}"
    two_years = {"expires": {"amount": 2, "duration": "years"}}
    told = {"criteriaNarrative": "Walk.", "tags": ["a"]} | two_years
    read = result_of(api.put(path, told))[0]
    empty = ["expires.amount", "expires.duration", "criteriaNarrative", "tags", "image"]
    after = result_of(put(path, dict.fromkeys(empty, "")))[0]
    assert after["expires"] == {"amount": None, "duration": None}
    assert (after["criteriaNarrative"], after["tags"], after["image"]) == (None, [], read["image"])


def test_json_can_say_null_and_its_empty_text_is_refused(api, put, badge_class):
    path = f"/v2/badgeclasses/{badge_class.entity_id}"
    for told in ({"expires": {"amount": "", "duration": ""}}, {"image": ""}, {"criteriaUrl": ""}):
        failure_of(api.put(path, told), 400)
    failure_of(put(path, {"name": ""}), 400)
