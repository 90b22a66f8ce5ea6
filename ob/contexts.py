"""JSON-LD without the network: a document loader that serves vendored contexts and nothing else.

The words themselves are in `terms`; what a document must look like is in `shapes`.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from pyld import jsonld  # type: ignore[import-untyped, unused-ignore]

from ob.terms import V2_ALIAS, V2_CONTEXT, build_context

__all__ = ["V2_CONTEXT", "ContextError", "UnknownContext", "compact", "expand", "loader"]

Contexts = Mapping[str, Mapping[str, object]]

_VENDORED = {V2_CONTEXT: build_context(), V2_ALIAS: build_context()}


class ContextError(ValueError):
    """The document is not JSON-LD that can be processed."""


class UnknownContext(ContextError):
    """The document names a context that is neither vendored nor given; it is never fetched."""

    def __init__(self, url: str) -> None:
        super().__init__(f"The JSON-LD context {url} is not known here and is never fetched.")
        self.url = url


def loader(extra: Contexts | None = None) -> Callable[[str, object], dict[str, Any]]:
    """A pyld document loader over the vendored contexts and `extra` (address -> document).

    A vendored address cannot be overridden. Raises UnknownContext for every other address.
    """
    given = dict(extra or {})

    def load(url: str, options: object = None) -> dict[str, Any]:
        vendored = url in _VENDORED
        if not vendored and url not in given:
            raise UnknownContext(url)
        answer: dict[str, Any] = {
            "contentType": "application/ld+json",
            "contextUrl": None,
            "documentUrl": url,
            # pyld resolves addresses inside the document in place: give a copy away
            "document": copy.deepcopy(_VENDORED[url] if vendored else dict(given[url])),
        }
        if vendored:
            answer["tag"] = "static"  # pyld may keep it between calls; contexts of others never
        return answer

    return load


def expand(document: Mapping[str, object], *, extra: Contexts | None = None) -> list[Any]:
    """The expanded form of a document. Raises UnknownContext, ContextError."""
    return _run(lambda options: jsonld.expand(dict(document), options), extra)  # type: ignore[no-any-return]


def compact(
    document: Mapping[str, object] | list[Any],
    *,
    context: object = V2_CONTEXT,
    extra: Contexts | None = None,
) -> dict[str, Any]:
    """A document (or its expanded form) in the words of `context`, by default Open Badges 2.0.

    Raises UnknownContext, ContextError.
    """
    return _run(lambda options: jsonld.compact(document, context, options), extra)  # type: ignore[no-any-return]


def _run(work: Callable[[dict[str, Any]], Any], extra: Contexts | None) -> Any:
    try:
        return work({"documentLoader": loader(extra)})
    except jsonld.JsonLdError as error:
        unknown = _find_unknown(error)
        if unknown is not None:
            raise UnknownContext(unknown.url) from error
        raise ContextError(f"Not processable JSON-LD: {error.args[0]}") from error
    except RecursionError as error:
        raise ContextError("Not processable JSON-LD: nested too deeply.") from error


def _find_unknown(error: BaseException) -> UnknownContext | None:
    """pyld wraps what a loader raises, once or more; find ours again."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, UnknownContext):
            return seen
        seen = seen.__cause__ or seen.__context__
    return None
