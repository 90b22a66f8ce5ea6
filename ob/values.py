"""Readers of single values: text, addresses, times, flags, as Open Badges 2.0 types them.

Each adds a sentence at its path or stays silent. Objects and their properties are in `shapes`.
"""

from __future__ import annotations

from collections.abc import Callable

from ob import grammar
from ob.identity import check_identity
from ob.parts import Errors, Reader


def text(value: object, path: str, errors: Errors) -> None:
    """Text that says something."""
    if not isinstance(value, str):
        errors.add(path, "Must be text.")
    elif not value.strip():
        errors.add(path, "May not be blank.")


def any_text(value: object, path: str, errors: Errors) -> None:
    if not isinstance(value, str):
        errors.add(path, "Must be text.")


def _form(test: Callable[[str], object], sentence: str) -> Reader:
    def read(value: object, path: str, errors: Errors) -> None:
        if not isinstance(value, str) or not test(value):
            errors.add(path, sentence)

    return read


def one_of(*allowed: str) -> Reader:
    return _form(lambda value: value in allowed, f"Must be: {' or '.join(allowed)}.")


url = _form(
    grammar.is_url, "Must be an absolute http(s) URL, everything but ASCII percent-encoded."
)
iri = _form(grammar.is_iri, "Must be an absolute http(s) URL or a urn:uuid of version 1 to 5.")
language = _form(grammar.is_language, "Must be a BCP 47 language tag.")
telephone = _form(grammar.is_telephone, "Must be a telephone number like +16175551212.")
date_time = _form(
    grammar.parse_datetime, "Must be an ISO 8601 date and time with a zone, from 1583 on."
)


def version(value: object, path: str, errors: Errors) -> None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        errors.add(path, "Must be text or a number.")
    elif value == "":
        errors.add(path, "May not be blank.")


def email(value: object, path: str, errors: Errors) -> None:
    try:
        check_identity("email", value if isinstance(value, str) else "")
    except ValueError as error:
        errors.add(path, str(error))


def true(value: object, path: str, errors: Errors) -> None:
    if value is not True:
        errors.add(path, "Must be true where it is given at all.")


def boolean(value: object, path: str, errors: Errors) -> None:
    if not isinstance(value, bool):
        errors.add(path, "Must be true or false.")
