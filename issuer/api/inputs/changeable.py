"""Input that describes a new object whole, or an object that exists in part."""

from typing import Any, ClassVar

from rest_framework import serializers


class ChangeableInput(serializers.Serializer[Any]):
    """With `changing`, every field may be omitted: what is omitted stays as it is (DESIGN 9).

    Unlike DRF's `partial` this says nothing of nested objects: an alignment is sent whole.
    """

    changing: ClassVar[bool] = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.changing:
            for field in self.fields.values():
                field.required = False
