"""Real images for tests, drawn on the spot."""

import base64
import io

from PIL import Image, ImageDraw

SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">'
    b'<circle cx="50" cy="50" r="45" fill="#2f7d4f"/>'
    b'<path d="M30 52l14 14 28-32" stroke="#fff" stroke-width="8" fill="none"/></svg>'
)


def png(width: int = 300, height: int = 200, colour: str = "#2f7d4f") -> bytes:
    picture = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    ImageDraw.Draw(picture).ellipse((4, 4, width - 5, height - 5), fill=colour)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def data_uri(image: bytes) -> str:
    kind = "png" if image.startswith(b"\x89PNG") else "svg+xml"
    return f"data:image/{kind};base64,{base64.b64encode(image).decode()}"
