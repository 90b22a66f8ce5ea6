"""What every public object shares: its id for ever, and its finished document, so that a GET is one
read by key.
"""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from api.entity_ids import new_entity_id


def current_origin() -> str:
    return settings.LAUREL_URL


class Addressed:
    """What stands under an address of its own for ever."""

    __slots__ = ()

    collection: ClassVar[str]  # the path part under /public/
    entity_id: Any
    origin: Any

    @property
    def public_url(self) -> str:
        """The object's `id` in every Open Badges document."""
        return f"{self.origin}/public/{self.collection}/{self.entity_id}"


class Published(Addressed, models.Model):
    """Row and public document in one. `issuer.services.publishing` alone writes document, etag and
    status.
    """

    entity_id = models.CharField(max_length=64, unique=True, default=new_entity_id, editable=False)
    # The LAUREL_URL at first publication: part of the id, so it stays when the server moves.
    origin = models.CharField(max_length=255, default=current_origin, editable=False)
    document = models.BinaryField(editable=False)
    etag = models.CharField(max_length=32, editable=False)
    http_status = models.PositiveSmallIntegerField(default=200, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.entity_id


class Illustrated(models.Model):
    """An object with an uploaded image: prepared once, stored under its content's digest with two
    renderings.
    """

    image_digest = models.CharField(max_length=64, blank=True, editable=False)
    image_kind = models.CharField(max_length=3, blank=True, editable=False)  # png or svg

    class Meta:
        abstract = True

    def image_file(self, rendering: str = "original") -> str:
        """Storage name of the `original`, the `square` or the `wide` rendering; "" without an
        image.
        """
        if not self.image_digest:
            return ""
        return artwork_file(self.image_digest, self.image_kind, rendering)


def artwork_file(digest: str, kind: str, rendering: str) -> str:
    """Where a rendering is stored: the original as it is, the others as PNG."""
    return f"artwork/{digest}/{rendering}.{kind if rendering == 'original' else 'png'}"
