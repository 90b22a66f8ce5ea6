"""How OpenAPI tells of tokens: the bearer scheme with its scopes, and the token endpoint."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

from api.scopes import ADMINISTRATION, SCOPES
from oauth.authentication import BearerAuthentication


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[misc]
    """Any one of a route's scopes is enough: each is an alternative of its own."""

    target_class = BearerAuthentication
    name = "OAuth2"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        scopes = SCOPES | ADMINISTRATION | {"rw:issuer:*": "The same at one issuer: rw:issuer:ID"}
        flow = {"tokenUrl": "/o/token", "refreshUrl": "/o/token", "scopes": scopes}
        code = flow | {"authorizationUrl": "/o/authorize"}
        flows = {"authorizationCode": code, "password": flow, "clientCredentials": flow}
        return {"type": "oauth2", "flows": flows}

    def get_security_requirement(self, auto_schema: Any) -> list[dict[str, list[str]]]:
        declared = auto_schema.view.scopes[auto_schema.method]
        return [{self.name: [scope]} for scope in sorted(declared)]


TOKEN_PARAMETERS = {
    "grant_type": "`password` unless told; `refresh_token`, `client_credentials`, "
    "`authorization_code`.",
    "username": "A verified e-mail address.",
    "password": "An app password.",
    "scope": "Blank-separated; without it, all that the app password has.",
    "refresh_token": "It is used up, and replaced by the one in the answer.",
    "code": "What an authorization gave: for 60 seconds, once.",
    "redirect_uri": "Where the code was sent.",
    "code_verifier": "What the challenge of the authorization was made of (PKCE, S256).",
    "client_id": "`public` where none is sent.",
    "client_secret": "Or both by HTTP Basic.",
}
TOKEN_FORM = {
    "type": "object",
    "properties": {
        name: {"type": "string", "description": text} for name, text in TOKEN_PARAMETERS.items()
    },
}
TOKEN = {
    "type": "object",
    "required": ["access_token", "token_type", "expires_in", "scope"],
    "properties": {
        "access_token": {"type": "string"},
        "token_type": {"type": "string", "enum": ["Bearer"]},
        "expires_in": {"type": "integer", "description": "Seconds."},
        "scope": {"type": "string"},
        "refresh_token": {"type": "string"},
    },
}
TOKEN_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {"error": {"type": "string"}, "error_description": {"type": "string"}},
}
TOKEN_ERRORS = {
    "400": "The request, the grant or the scope is not valid (RFC 6749, 5.2).",
    "401": "The client is not known by these credentials.",
    "405": "Send a POST.",
    "408": "The body took too long to arrive.",
    "411": "The body came without its length.",
    "413": "The body is too large.",
    "429": "Too many failures from this peer: `Retry-After` says when to come back.",
}


def add_token_endpoint(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Postprocessing: `/o/token`, which is no REST view."""
    example = {"username": "ada@northfield.example", "password": "an app password"}
    bodies = ("application/x-www-form-urlencoded", "multipart/form-data", "application/json")
    result["components"]["schemas"] |= {
        "TokenRequest": TOKEN_FORM,
        "Token": TOKEN,
        "TokenError": TOKEN_ERROR,
    }
    result["paths"]["/o/token"] = {
        "post": {
            "operationId": "post_o_token",
            "summary": "Exchange an app password, a refresh token or a client's credentials",
            "tags": ["tokens"],
            "security": [],
            "requestBody": {
                "content": {
                    kind: {
                        "schema": {"$ref": "#/components/schemas/TokenRequest"},
                        "example": example,
                    }
                    for kind in bodies
                }
            },
            "responses": {
                "200": described("An access token.", "Token"),
                **{status: described(text, "TokenError") for status, text in TOKEN_ERRORS.items()},
            },
        }
    }
    return result


def described(description: str, schema: str) -> dict[str, Any]:
    media = {"schema": {"$ref": f"#/components/schemas/{schema}"}}
    return {"description": description, "content": {"application/json": media}}
