"""Pictures of badges and issuers, made safe once, at upload. Pure: bytes in, bytes out.

No models, no storage, no settings. Baking an award into a picture is `ob`'s.
"""

from issuer.artwork.errors import InvalidArtwork
from issuer.artwork.limits import MAX_BYTES, MAX_PIXELS
from issuer.artwork.upload import Artwork, from_data_uri, prepare

__all__ = ["MAX_BYTES", "MAX_PIXELS", "Artwork", "InvalidArtwork", "from_data_uri", "prepare"]
