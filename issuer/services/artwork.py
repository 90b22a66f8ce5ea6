"""Storing artwork: content-addressed, so storing twice is storing once and nothing is
overwritten.
"""

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from issuer.artwork import Artwork
from issuer.models import Illustrated


def attach_artwork(row: Illustrated, artwork: Artwork) -> None:
    """Store artwork with its renderings and make it the row's image. The caller saves the row.

    Files come before the row: a crash between leaves an unused file, never a row without its image.
    """
    row.image_digest, row.image_kind = artwork.digest, artwork.kind
    contents = {"original": artwork.original, "square": artwork.square, "wide": artwork.wide}
    for rendering, content in contents.items():
        default_storage.save(row.image_file(rendering), ContentFile(content))
