import pytest

from jobs.payloads import require_opaque


@pytest.mark.parametrize(
    "payload",
    [
        {"id": "aB3_", "ids": [1, 2], "digest": "sha256$00", "when": "2026-01-01T00:00:00Z"},
        {"nested": {"url": "https://example.org/hook?x=1"}, "flag": True, "nothing": None},
        {},
    ],
)
def test_ids_digests_and_urls_pass(payload: dict[str, object]) -> None:
    require_opaque(payload)


@pytest.mark.parametrize(
    "payload",
    [
        {"to": "ada@example.org"},
        {"name": "Ada Lovelace"},
        {"deep": [{"er": ("x", "a@b")}]},
        {"text": "two\nlines"},
    ],
)
def test_names_texts_and_addresses_do_not(payload: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="ids and digests") as caught:
        require_opaque(payload)
    assert "Ada" not in str(caught.value)
    assert "@" not in str(caught.value)
