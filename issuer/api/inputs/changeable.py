"""What all input shares: how a form says null, and how an object that exists is told in part."""

from typing import Any, ClassVar

from rest_framework import serializers

from issuer.api.fields import came_in_a_form


class Input(serializers.Serializer[Any]):
    """A form cannot say null: there an empty text does, for fields that take null and no empty
    text. So what was read can be sent back as a form, too.
    """

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and came_in_a_form(self.context):
            empty = [name for name, value in data.items() if value == "" and self.says_null(name)]
            data = data | dict.fromkeys(empty)
        return super().to_internal_value(data)

    def says_null(self, name: str) -> bool:
        field = self.fields.get(name)
        return field is not None and field.allow_null and not getattr(field, "allow_blank", False)


class ChangeableInput(Input):
    """With `changing`, every field may be omitted: what is omitted stays as it is (DESIGN 9).

    Unlike DRF's `partial` this says nothing of nested objects: an alignment is sent whole.
    """

    changing: ClassVar[bool] = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.changing:
            for field in self.fields.values():
                field.required = False
