"""Input fields of `/v2` that JSON frameworks do not have: Badgr's date, image, blank-refusing null,
extensions.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from django.core.files.uploadedfile import UploadedFile
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty

from issuer.artwork import MAX_BYTES, Artwork, InvalidArtwork, from_data_uri, prepare
from issuer.texts import ascii_url, clean_line, clean_markdown, has_controls, is_encodable
from ob.grammar import is_url

INSTANT = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?\s?(Z|[+-]\d\d(:?\d\d)?)?", re.IGNORECASE
)


KEEP = "keep"
MAX_RAW_TEXT = 65_536  # characters, before cleaning makes them fewer
MAX_EXTENSIONS = 65_536  # bytes as JSON, all extensions of an object together


@extend_schema_field(OpenApiTypes.DATETIME)
class InstantField(serializers.Field):
    """A full ISO 8601 date and time, `T` or blank between (clients.md 3.5); without a zone it is
    UTC.
    """

    default_error_messages = {
        "invalid": "Give date and time in ISO 8601, such as 2026-01-31T12:00:00Z."
    }

    def to_internal_value(self, data: Any) -> datetime:
        if not isinstance(data, str) or not INSTANT.fullmatch(data.strip()):
            self.fail("invalid")
        try:
            moment = datetime.fromisoformat(data.strip().upper().replace(" Z", "Z"))
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail("invalid")

    def to_representation(self, value: Any) -> Any:
        return value


class MeasuredText:
    """Text that is far too long is refused before anything looks into it: cleaning and matching a
    megabyte takes long, and memory a hundred times its size. So are control characters: no program
    sends them on purpose.
    """

    default_error_messages = {"controls": "Control characters are not allowed."}

    def run_validation(self, data: Any = empty) -> Any:
        if isinstance(data, str):
            if len(data) > MAX_RAW_TEXT:
                self.fail("max_length", max_length=self.max_length)
            if has_controls(data):
                self.fail("controls")
            if is_encodable(data):
                data = self.prepared(data)
        return super().run_validation(data)

    def prepared(self, text: str) -> str:
        """The text whose length and blankness count."""
        return text


class StringField(MeasuredText, serializers.CharField):
    """A JSON string; numbers and booleans are not quietly turned into one."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class TextField(StringField):
    """Text or null; the empty string is refused, as Badgr does."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, allow_null=True, **kwargs)


class EmailField(MeasuredText, serializers.EmailField):
    """An e-mail address."""


class CleanedField(StringField):
    """Text whose cleaned form must have something in it and is what the length is counted of."""

    def __init__(self, *, clean: Callable[[str], str], **kwargs: Any) -> None:
        self.clean = clean
        super().__init__(**kwargs)

    def prepared(self, text: str) -> str:
        return self.clean(text)


def NameField(**kwargs: Any) -> CleanedField:  # noqa: N802 - stands where fields are declared
    """One line without HTML."""
    return CleanedField(clean=clean_line, **kwargs)


def DescriptionField(**kwargs: Any) -> CleanedField:  # noqa: N802 - likewise
    """Markdown of several lines that must not be empty, without HTML."""
    return CleanedField(clean=clean_markdown, **kwargs)


class WebAddressField(MeasuredText, serializers.URLField):
    """An absolute http or https address, in the ASCII form in which it is published."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=1024, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        try:
            value = ascii_url(super().to_internal_value(data))
        except ValueError:
            self.fail("invalid")
        if not is_url(value):
            self.fail("invalid")
        return value


@extend_schema_field(
    {"type": "string", "description": "A PNG or SVG as a base64 data URI; in a form, a file."}
)
class ImageField(serializers.Field):
    """An image as a base64 data URI or an uploaded file, made safe: `Artwork`.

    A web address is what clients send back of what they read: "the image you have", KEEP.
    """

    default_error_messages = {"invalid": "Send a PNG or SVG image as a base64 data URI or a file."}

    def to_internal_value(self, data: Any) -> Artwork | str:
        if isinstance(data, str) and data.startswith(("http://", "https://")):
            return KEEP
        try:
            return prepare(self.read(data))
        except InvalidArtwork as error:
            raise serializers.ValidationError(str(error)) from None

    def read(self, data: Any) -> bytes:
        if isinstance(data, str):
            return from_data_uri(data)
        if not isinstance(data, UploadedFile):
            self.fail("invalid")
        if data.size > MAX_BYTES:
            raise InvalidArtwork(f"The image is larger than {MAX_BYTES} bytes.")
        return bytes(data.read())

    def to_representation(self, value: Any) -> Any:
        return value


class ExtensionsField(serializers.DictField):
    """Open Badges extensions: JSON-LD objects by name."""

    child = serializers.DictField()
    default_error_messages = {"too_large": f"Extensions have at most {MAX_EXTENSIONS} bytes."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, allow_null=True, **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        """Measured first: every one of them becomes part of a document, which takes its time."""
        if isinstance(data, dict) and len(orjson.dumps(data)) > MAX_EXTENSIONS:
            self.fail("too_large")
        return super().to_internal_value(data)


class CountedListField(serializers.ListField):
    """A list counted before its items are read: looking at half a million takes half a minute.

    Whatever else has items is none: an uploaded file has one for each of its lines.
    """

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, list):
            self.fail("not_a_list", input_type=type(data).__name__)
        if len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        return super().to_internal_value(data)


class UnreadField(serializers.JSONField):
    """Anything: whoever takes it looks into it."""

    def run_validation(self, data: Any = empty) -> Any:
        return data


class ItemsField(CountedListField):
    """A list of objects."""

    def __init__(self, *, child: serializers.Serializer[Any], **kwargs: Any) -> None:
        super().__init__(child=child, required=False, allow_null=True, **kwargs)


class ListOrOneField(CountedListField):
    """A list; in a form, where one value cannot be told from a list of one, that value too."""

    def get_value(self, dictionary: Any) -> Any:
        value = super().get_value(dictionary)
        return [value] if isinstance(value, str) and came_in_a_form(self.context) else value


def came_in_a_form(context: Mapping[str, Any]) -> bool:
    """By a serializer's context: was its input a form, in which all is text?"""
    request = context.get("request")
    return request is not None and "json" not in request.content_type
