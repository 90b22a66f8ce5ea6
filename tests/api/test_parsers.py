"""JSON, form and multipart bodies: what is not clean data is refused with a sentence."""

import json

import orjson
import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.exceptions import ParseError

from api.parsers import MAX_DEPTH, loads, nest
from tests.support.envelopes import failure_of, result_of
from tests.support.images import png

TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | TEXT
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
)  # fmt: skip


@given(VALUES)
def test_whatever_is_clean_comes_through_and_goes_out_again(value):
    assert loads(json.dumps(value).encode()) == value
    assert loads(orjson.dumps(loads(json.dumps(value).encode()))) == value


@pytest.mark.parametrize(
    "body",
    [
        b"", b" ", b"{", b"{'a': 1}", b"[1,]", b"{} {}", b"NaN", b"[Infinity]", b"[-Infinity]",
        b'{"a": 1, "a": 2}', b'{"x": [{"a": 1, "\\u0061": 2}]}', b'"\\ud800"', b'"\\udc00\\ud800"',
        b'"\\u0000"', b'{"a": ["b\\u0000"]}', b'{"a\\u0000": 1}', b"\xef\xbb\xbf{}", b'"\xff"',
        '"é"'.encode("latin-1"), '{"a": 1}'.encode("utf-16"), b"18446744073709551616",
        b"-9223372036854775809", b"1" * 5000, b"1e999", b"// comment\n{}", b"[" * 100_000,
    ],
)  # fmt: skip
def test_what_is_refused(body):
    with pytest.raises(ParseError) as caught:
        loads(body)
    assert str(caught.value.detail).startswith("JSON parse error - ")
    assert len(str(caught.value.detail)) < 250


def nested(depth: int, inner: str = "1") -> bytes:
    return ('[{"a":' * (depth // 2) + "[" * (depth % 2) + inner + "]" * (depth % 2)
            + "}]" * (depth // 2)).encode()  # fmt: skip


@pytest.mark.parametrize("inner", ["1", '"x"'])
def test_depth(inner):
    assert loads(nested(MAX_DEPTH, inner))
    with pytest.raises(ParseError, match="nested deeper than 40 levels"):
        loads(nested(MAX_DEPTH + 1, inner))


@pytest.mark.parametrize(
    ("form", "data"),
    [
        ("name=a", {"name": "a"}),
        ("name=", {"name": ""}),
        ("", {}),
        ("recipient.identity=a@b&recipient.type=email",
         {"recipient": {"identity": "a@b", "type": "email"}}),
        ("evidence.0.url=a&evidence.1.url=b&evidence.0.narrative=n",
         {"evidence": [{"url": "a", "narrative": "n"}, {"url": "b"}]}),
        ("evidence[0]url=a&evidence[1].url=b&evidence[0][narrative]=n",
         {"evidence": [{"url": "a", "narrative": "n"}, {"url": "b"}]}),
        ("recipient[identity]=a@b&tags[]=a&tags[]=b",
         {"recipient": {"identity": "a@b"}, "tags": ["a", "b"]}),
        ("a[b=x", {"a[b": "x"}),
        ("tags=a&tags=b", {"tags": ["a", "b"]}),
        ("tags.10=b&tags.2=a", {"tags": ["a", "b"]}),
        ("1=a", {"1": "a"}),
        ("a.0=x&a.b=y", {"a": {"0": "x", "b": "y"}}),
        ("a.9999999999=x", {"a": {"9999999999": "x"}}),
        ("a." + "9" * 6000 + "=x", {"a": {"9" * 6000: "x"}}),
    ],
)  # fmt: skip
def test_dotted_forms(form, data):
    assert nest(QueryDict(form)) == data


@pytest.mark.parametrize(
    "form",
    ["a=1&a.b=2", "a.b=2&a=1", "a.b=1&a.b.c=2", "a.b.c=1&a.b=2", ".".join("abcdefghijk") + "=1",
     "a=%00", "a=1&a=b%00", "a%00=1", "a[0]b=1&a.0.b=2", "a" + "[b]" * 9 + "=1"],
)  # fmt: skip
def test_contradicting_forms(form):
    with pytest.raises(ParseError):
        nest(QueryDict(form))


@given(st.dictionaries(st.text("ab.[]01\x00é", max_size=12), TEXT, max_size=6))
def test_any_form_is_read_or_refused(form):
    try:
        assert isinstance(nest(form), dict)
    except ParseError as error:
        assert error.detail


AWARD = {"recipient.identity": "grace@example.org", "evidence.0.narrative": "Seen walking."}


class TestOverHTTP:
    @pytest.fixture
    def path(self, badge_class):
        return f"/v2/badgeclasses/{badge_class.entity_id}/assertions"

    def post(self, api, path, body, content_type):
        return api.client.generic("POST", path, body, content_type, headers=api.headers)

    def test_a_form(self, api, path):
        answer = api.client.post(
            path, "recipient.identity=grace@example.org&evidence.0.narrative=Seen",
            "application/x-www-form-urlencoded", headers=api.headers,
        )  # fmt: skip
        made = result_of(answer, 201)[0]
        assert made["recipient"]["plaintextIdentity"] == "grace@example.org"
        assert made["evidence"][0]["narrative"] == "Seen"

    def test_multipart(self, api, path):
        made = result_of(api.client.post(path, AWARD, headers=api.headers), 201)[0]
        assert made["evidence"][0]["narrative"] == "Seen walking."

    def test_a_multipart_file(self, api, issuer, tmp_path):
        """Open edX sends the badge class so."""
        picture = tmp_path / "badge.png"
        picture.write_bytes(png(90, 90))
        with picture.open("rb") as image:
            fields = {"name": "Steps", "description": "d", "criteriaUrl": "https://c.example/"}
            answer = api.client.post(
                f"/v2/issuers/{issuer.entity_id}/badgeclasses",
                fields | {"image": image},
                headers=api.headers,
            )
        assert result_of(answer, 201)[0]["image"].endswith(".png")

    @pytest.mark.parametrize("charset", ["utf-8", "hex", "utf-16", "iso-8859-1", "nonsense"])
    def test_whatever_charset_is_claimed(self, api, path, charset):
        for kind, body in [
            ("application/json", '{"recipient": {"identity": "gräce@example.org"}}'),
            ("application/x-www-form-urlencoded", "recipient.identity=gr%C3%A4ce@example.org"),
        ]:
            answer = self.post(api, path, body, f"{kind}; charset={charset}")
            identity = result_of(answer, 201)[0]["recipient"]["plaintextIdentity"]
            assert identity == "gräce@example.org"

    @pytest.mark.parametrize(
        ("body", "content_type"),
        [
            ("{", "application/json"),
            ("a=1&a.b=2", "application/x-www-form-urlencoded"),
            ("a=1&" * 6000, "application/x-www-form-urlencoded"),
            ("--x\r\n", "multipart/form-data"),
            (
                '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1',
                "multipart/form-data; b=x",
            ),
            ("x", "multipart/form-data; boundary=é"),
        ],
    )
    def test_broken_bodies(self, api, path, body, content_type):
        assert failure_of(self.post(api, path, body, content_type), 400)["validationErrors"]

    @pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "json", "a/b;c"])
    def test_other_content_types(self, api, path, content_type):
        failure_of(self.post(api, path, "x", content_type), 415)

    @pytest.mark.parametrize("body", ["[]", "5", '"x"', "null", "[[]]"])
    def test_json_of_another_shape(self, api, path, body):
        failure_of(self.post(api, path, body, "application/json"), 400)


def test_too_many_values_are_refused_before_they_are_parsed():
    for content in (b"[" + b"[]," * 600_000 + b"[]]", b"[" + b"0," * 1_100_000 + b"0]"):
        with pytest.raises(ParseError, match="more than"):
            loads(content)


def test_a_batch_of_ten_thousand_awards_is_welcome():
    award = {"recipient": {"identity": "a@example.org", "type": "email"}, "narrative": "a, b: [c]"}
    content = json.dumps(
        {"assertions": [award | {"evidence": [{"url": "https://e.example"}]}] * 10_000}
    )
    assert len(loads(content.encode())["assertions"]) == 10_000
