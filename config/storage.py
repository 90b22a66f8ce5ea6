"""Where uploaded and drawn images are kept: whole files, that are there after a power cut too."""

from pathlib import Path

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage
from django.utils.deconstruct import deconstructible

from config.durability import sync_folder, write_durably


@deconstructible
class DurableFileSystemStorage(FileSystemStorage):
    """For content-addressed names: saving a name that exists is the same content and changes
    nothing.
    """

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name

    def _save(self, name: str, content: File) -> str:
        path = Path(self.path(name))
        if path.exists():
            # Another process may have renamed it this moment, and not yet made that durable.
            sync_folder(path.parent)
        else:
            write_durably(path, content.read())
        return name
