"""Storing artwork: content-addressed, so storing twice is storing once and nothing is
overwritten.
"""

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from issuer.artwork import Artwork
from issuer.models import artwork_file


def artwork_columns(artwork: Artwork | None) -> dict[str, str]:
    """The columns of the row that shows it; None: it shows none."""
    if artwork is None:
        return {"image_digest": "", "image_kind": ""}
    return {"image_digest": artwork.digest, "image_kind": artwork.kind}


def keep_artwork(artwork: Artwork | None) -> None:
    """Store artwork with its renderings.

    After all that may refuse the row, so that nothing is left of what was refused; and before the
    row's transaction: a crash between leaves an unused file, never a row without its image, and
    nobody waits for the disk while a write lock is held.
    """
    if artwork is None:
        return
    contents = {"original": artwork.original, "square": artwork.square, "wide": artwork.wide}
    for rendering, content in contents.items():
        name = artwork_file(artwork.digest, artwork.kind, rendering)
        default_storage.save(name, ContentFile(content))
