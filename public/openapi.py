"""How OpenAPI tells of the public addresses, which are no REST views."""

from typing import Any

from public import examples

ID = {"name": "entity_id", "in": "path", "required": True, "schema": {"type": "string"}}
VERSION = {
    "name": "v",
    "in": "query",
    "description": "`1_1` for the form of Open Badges 1.1.",
    "schema": {"type": "string", "enum": ["2_0", "1_1"]},
}
DOCUMENT = {
    "type": "object",
    "description": "An Open Badges 2.0 document (JSON-LD).",
    "required": ["@context", "type", "id"],
    "properties": {
        "@context": {},
        "type": {},
        "id": {"type": "string", "format": "uri"},
    },
}
COLLECTIONS = {
    "issuers": ("An issuer's public document", ()),
    "badges": ("A badge class's public document", ("issuer",)),
    "assertions": ("An award's public document", ("badge", "badge.issuer")),
}
PNG = {"200": {"description": "The picture.", "content": {"image/png": {}}}}
MOVED = {"description": "`Location` has the address of the picture."}


def add_public_addresses(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Postprocessing: what anybody may read."""
    result["components"]["schemas"]["OpenBadgesDocument"] = DOCUMENT
    paths = {
        "/public/issuers/{entity_id}/badges": {"get": badge_list()},
        "/public/assertions/{entity_id}/baked": {
            "get": operation(
                "The image of an award with its document baked into it",
                [ID, VERSION],
                {"301": MOVED, "400": failure("There is no such version.", "400 version")},
            )
        },
        "/public/badges/{entity_id}/criteria": {
            "get": operation(
                "Where the criteria of a badge class are told",
                [ID],
                {"302": {"description": "`Location` has the page of the badge class."}},
            )
        },
        "/public/oembed": {"get": oembed()},
    }
    for collection, (summary, expansions) in COLLECTIONS.items():
        path = f"/public/{collection}/{{entity_id}}"
        paths[path] = {"get": document(collection, summary, expansions)}
        paths[f"{path}/image"] = {"get": image(collection)}
        gone = (
            {"410": failure("The award is revoked.", "410")} if collection == "assertions" else {}
        )
        paths[f"{path}/card.png"] = {
            "get": operation("The picture that previews of the page show", [ID], PNG | gone)
        }
    for path, ways in paths.items():
        ways["get"]["operationId"] = "get" + path.replace("/", "_").replace("{entity_id}", "id")
        ways["get"]["operationId"] = ways["get"]["operationId"].replace(".", "_")
    result["paths"] |= paths
    return result


def operation(
    summary: str, parameters: list[dict[str, Any]], responses: dict[str, Any]
) -> dict[str, Any]:
    return {
        "summary": summary,
        "tags": ["public"],
        "security": [],
        "parameters": parameters,
        "responses": responses | {"404": failure("There is no such object.", "404")},
    }


def failure(description: str, kind: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Failure"}
    media = {"schema": schema, "example": examples.FAILURES[kind]}
    content = {"application/json": media, "application/ld+json": media, "text/html": {}}
    return {"description": description, "content": content}


def document(collection: str, summary: str, expansions: tuple[str, ...]) -> dict[str, Any]:
    """Negotiated: JSON-LD, JSON or the page."""
    content = negotiated(examples.DOCUMENTS[collection])
    responses = {
        "200": {"description": "The document, or its page.", "content": content},
        "304": {"description": "It is still the one of `If-None-Match`."},
    }
    if collection == "assertions":
        described = "Revoked: the minimal document of Open Badges 2.0."
        responses["410"] = {"description": described, "content": negotiated(examples.REVOKED)}
    parameters = [ID, VERSION]
    if expansions:
        expand = {"type": "array", "items": {"type": "string", "enum": list(expansions)}}
        told = "What to embed rather than to name."
        parameters.append({"name": "expand", "in": "query", "description": told, "schema": expand})
    return operation(summary, parameters, responses)


def negotiated(example: dict[str, Any]) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/OpenBadgesDocument"}
    media = {"schema": schema, "example": example}
    return {"application/ld+json": media, "application/json": media, "text/html": {}}


def image(collection: str) -> dict[str, Any]:
    what = "The baked image of an award" if collection == "assertions" else "The image"
    choices = {"type": ["original", "png"], "fmt": ["square", "wide"]}
    parameters = [
        {"name": name, "in": "query", "schema": {"type": "string", "enum": values}}
        for name, values in choices.items()
    ]
    responses = {"302": MOVED, "400": failure("There is no such type or format.", "400")}
    return operation(what, [ID, *parameters], responses)


def badge_list() -> dict[str, Any]:
    items = {"$ref": "#/components/schemas/OpenBadgesDocument"}
    schema = {"type": "array", "items": items}
    media = {"schema": schema, "example": [examples.BADGE_CLASS]}
    archived = {"name": "include_archived", "in": "query", "schema": {"type": "boolean"}}
    content = {"application/ld+json": media, "application/json": media}
    responses = {
        "200": {"description": "The documents.", "content": content},
        "303": {"description": "To the issuer's page, for browsers."},
        "304": {"description": "It is still the one of `If-None-Match`."},
    }
    return operation("All badge classes of an issuer", [ID, VERSION, archived], responses)


def oembed() -> dict[str, Any]:
    """oEmbed 1.0."""
    url = {"name": "url", "in": "query", "required": True, "schema": {"type": "string"}}
    form = {"name": "format", "in": "query", "schema": {"type": "string", "enum": ["json"]}}
    widths = [
        {"name": name, "in": "query", "schema": {"type": "integer"}}
        for name in ("maxwidth", "maxheight")
    ]
    answer = {"type": "object", "required": ["type", "version", "html", "width", "height"]}
    media = {"schema": answer, "example": examples.OEMBED}
    responses = {
        "200": {"description": "`rich`.", "content": {"application/json": media}},
        "410": failure("The award is revoked.", "410"),
        "501": failure("Another format than JSON.", "501"),
    }
    return operation("How to show an award or a badge in a frame", [url, form, *widths], responses)
