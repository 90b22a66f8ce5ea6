"""Weighing Accept headers (RFC 9110, 12.5.1)."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from api.accept import preferred

JSON, LD, HTML = "application/json", "application/ld+json", "text/html"


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ("", JSON),
        ("  ", JSON),
        ("*/*", JSON),
        ("nonsense", JSON),
        ("application/*", JSON),
        (LD, LD),
        ("APPLICATION/LD+JSON", LD),
        (f"{JSON}, {LD};q=0.5", JSON),
        (f"{JSON};q=0.4, {LD};q=0.5", LD),
        (f"{LD};q=0.5, */*;q=0.5", JSON),
        (f"{JSON};q=0, */*", LD),
        (f"{JSON};q=0", None),
        ("image/png", None),
        (f"text/html,application/xhtml+xml,{LD};q=0.9,*/*;q=0.8", HTML),
        (f"{JSON};q=1.0;charset=utf-8", JSON),
        (f'{LD};profile="x", */*;q=0.1', LD),
        (f"{LD} ; Q = 0.9, {JSON};q=0.8", LD),
        (f"{JSON};q=nan, {LD};q=0.1", LD),
        (f"{JSON};q=x, {LD};q=0.1", LD),
        (f"{JSON};q=-1, {LD};q=0.1", LD),
        (f"{JSON};q=7, {LD}", JSON),
        (",,;,", JSON),
        ("/json", JSON),
    ],
)
def test_preferred(accept, wanted):
    assert preferred(accept, [JSON, LD, HTML]) == wanted


RANGES = st.tuples(
    st.sampled_from([JSON, LD, HTML, "application/*", "*/*", "image/png", "text/*"]),
    st.integers(0, 1000),
)


@given(st.lists(RANGES, min_size=1))
def test_the_most_specific_range_decides(ranges):
    accept = ", ".join(f"{kind};q={weight / 1000}" for kind, weight in ranges)
    weights: dict[str, int] = {}
    for kind, weight in ranges:
        weights[kind] = max(weight, weights.get(kind, 0))
    expected = {}
    for offer in (JSON, LD, HTML):
        forms = (offer, f"{offer.partition('/')[0]}/*", "*/*")
        expected[offer] = next((weights[form] for form in forms if form in weights), 0)
    chosen = preferred(accept, [JSON, LD, HTML])
    if chosen is None:
        assert not any(expected.values())
    else:
        assert expected[chosen] == max(expected.values()) > 0


@given(st.text())
@example("a/b;q=1e400")
@example("*/*;q=inf")
@example("a/b;q=١")
def test_it_takes_anything(accept):
    assert preferred(accept, [JSON, LD]) in {JSON, LD, None}
