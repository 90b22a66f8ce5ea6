"""Data URIs as clients send them."""

import base64

import pytest

from issuer.artwork import MAX_BYTES, InvalidArtwork, from_data_uri

DATA = bytes(range(256))
PLAIN = base64.b64encode(DATA).decode()


@pytest.mark.parametrize(
    "text",
    [f"data:image/png;base64,{PLAIN}", f"data:image/svg+xml;base64,{PLAIN}"]
    + [
        f"  DATA:IMAGE/PNG;BASE64,{PLAIN}\n",
        f"data:image/png;base64,\n {PLAIN[:50]}\r\n{PLAIN[50:]}",
    ]
    + [f"data:image/svg+xml;charset=utf-8;base64,{PLAIN}"]
    + [f"data:image/png;base64,{PLAIN.rstrip('=')}"]
    + ["data:image/png;base64," + base64.urlsafe_b64encode(DATA).decode()],
)
def test_it_reads(text: str) -> None:
    assert from_data_uri(text) == DATA


@pytest.mark.parametrize(
    "text",
    ["", "data:", PLAIN, f"data:image/png,{PLAIN}", f"data:image/jpeg;base64,{PLAIN}"]
    + [f"data:text/html;base64,{PLAIN}", "data:image/png;base64,a", "data:image/png;base64,é"]
    + [f"data:image/png;base64,{PLAIN}!", "data:image/png;base64,<svg/>", "http://a.test/b.png"]
    + [f"data:;base64,{PLAIN}", f"xdata:image/png;base64,{PLAIN}", "data:image/png;base64,ab%3D"]
    + ["data:image/svg+xml;utf8,<svg xmlns='http://www.w3.org/2000/svg'/>"],
)
def test_it_refuses(text: str) -> None:
    with pytest.raises(InvalidArtwork, match=r"^The picture.*\.$"):
        from_data_uri(text)


def test_size_is_checked_before_decoding() -> None:
    with pytest.raises(InvalidArtwork, match="4 MB"):
        from_data_uri("data:image/png;base64," + "!" * (MAX_BYTES * 2))
    with pytest.raises(InvalidArtwork, match="4 MB"):
        from_data_uri("data:image/png;base64," + base64.b64encode(bytes(MAX_BYTES + 1)).decode())
