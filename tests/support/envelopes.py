"""The one shape of every `/v2` answer, asserted everywhere."""

from typing import Any


def result_of(answer: Any, status: int = 200) -> list[dict[str, Any]]:
    """The result of a success in its envelope."""
    assert answer.status_code == status, answer.content
    body = answer.json()
    assert set(body) == {"status", "result"}
    assert body["status"]["success"] is True
    assert answer["Content-Type"] in {"application/json", "application/ld+json"}
    return body["result"]


def failure_of(answer: Any, status: int) -> dict[str, Any]:
    """The body of an error in its envelope: both error members, of the documented types."""
    assert answer.status_code == status, answer.content
    body = answer.json()
    assert set(body) == {"status", "result", "fieldErrors", "validationErrors"}
    assert body["status"]["success"] is False
    assert isinstance(body["status"]["description"], str)
    assert body["result"] == []
    for path, texts in body["fieldErrors"].items():
        assert isinstance(path, str)
        assert texts
        assert all(isinstance(text, str) for text in texts)
    assert all(isinstance(text, str) for text in body["validationErrors"])
    return body
