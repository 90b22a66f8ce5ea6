"""JSON out: `application/json`, or `application/ld+json` where preferred; never HTML or 406."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from api.accept import preferred


class JSONRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None
    render_style = "binary"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        return b"" if data is None else orjson.dumps(data)


class JSONLDRenderer(JSONRenderer):
    media_type = "application/ld+json"
    format = "jsonld"


class Negotiation(BaseContentNegotiation):
    """Badges' clients send every Accept there is: an answer in JSON is always better than none."""

    def select_parser(self, request: Request, parsers: Sequence[Any]) -> Any:
        wanted = request.content_type.split(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == wanted), None)

    def select_renderer(
        self, request: Request, renderers: Sequence[Any], format_suffix: str | None = None
    ) -> tuple[Any, str]:
        best = preferred(
            request.headers.get("Accept", ""), [renderer.media_type for renderer in renderers]
        )
        chosen = next((r for r in renderers if r.media_type == best), renderers[0])
        return chosen, chosen.media_type
