"""The one error of this package. Its message is a sentence that people may read."""


class InvalidArtwork(ValueError):
    """The picture cannot be used; the message says why and, where we know, what to do."""
