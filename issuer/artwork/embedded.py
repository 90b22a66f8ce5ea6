"""Pictures inside an SVG: decoded and written again, within one budget of pixels."""

import base64
import binascii
import io
import re

from PIL import Image

from issuer.artwork.errors import InvalidArtwork
from issuer.artwork.limits import MAX_EMBEDDED_PIXELS

_DATA_URI = re.compile(r"\s*data:image/(png|jpeg|jpg|gif|webp);base64,", re.IGNORECASE)
_FORMATS = {"png": "PNG", "jpeg": "JPEG", "jpg": "JPEG", "gif": "GIF", "webp": "WEBP"}


class Embedded:
    """The pictures of one document."""

    def __init__(self) -> None:
        self._left = MAX_EMBEDDED_PIXELS
        self.pixels: dict[str, int] = {}  # by the data URI that `clean` gave

    def clean(self, href: str) -> str | None:
        """The picture as a fresh data URI; None if it is none. Raises InvalidArtwork on bombs."""
        match = _DATA_URI.match(href)
        if match is None:
            return None
        try:
            data = base64.b64decode("".join(href[match.end() :].split()), validate=True)
            image = Image.open(io.BytesIO(data), formats=[_FORMATS[match[1].lower()]])
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise InvalidArtwork("A picture inside the SVG is too large.") from error
        except (binascii.Error, OSError, ValueError, SyntaxError):
            return None
        self._left -= image.width * image.height
        if self._left < 0:
            raise InvalidArtwork("The pictures inside the SVG are too large.")
        return self._rewritten(image)

    def _rewritten(self, image: Image.Image) -> str | None:
        output = io.BytesIO()
        try:
            if image.format == "JPEG":
                kind = "jpeg"
                image.convert("RGB").save(output, "JPEG", quality=90)
            else:
                kind = "png"
                image.convert("RGBA").save(output, "PNG", optimize=True)
        except Exception:  # damaged: Pillow raises many kinds; the drawing goes on without it
            return None
        uri = f"data:image/{kind};base64,{base64.b64encode(output.getvalue()).decode('ascii')}"
        self.pixels[uri] = image.width * image.height
        return uri
