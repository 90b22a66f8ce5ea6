"""`/schema` and `/docs/api`: the API described by its own code, readable without network."""

import hashlib
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer

from public.views import reads_only

RENDERERS = {"json": OpenApiJsonRenderer, "yaml": OpenApiYamlRenderer}


@cache  # the code does not change while it runs
def described() -> dict[str, Any]:
    return SchemaGenerator().get_schema(public=True)


@cache
def rendered(form: str) -> tuple[bytes, str, str]:
    """Content, media type and ETag."""
    renderer = RENDERERS[form]()
    content = renderer.render(described(), renderer_context={})
    return content, renderer.media_type, f'"{hashlib.sha256(content).hexdigest()[:32]}"'


@reads_only
def schema(request: HttpRequest) -> HttpResponse:
    """OpenAPI 3 as JSON; `?format=yaml`. Public: it tells of the code, not of the data."""
    form = request.GET.get("format", "json")
    content, media_type, tag = rendered(form if form in RENDERERS else "json")
    headers = {"ETag": tag, "Cache-Control": "public, no-cache"}
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers=headers)
    return HttpResponse(content, content_type=media_type, headers=headers)


@reads_only
def browse(request: HttpRequest) -> HttpResponse:
    """The same for people: a list that needs no script, and an explorer that does."""
    operations = [
        {"path": path, "method": method.upper(), "summary": told.get("summary", "")}
        for path, methods in described()["paths"].items()
        for method, told in methods.items()
    ]
    return render(request, "api.html", {"operations": operations, "origin": settings.LAUREL_URL})
