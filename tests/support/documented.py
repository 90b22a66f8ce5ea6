"""docs/reference/scopes.md: the table of routes, scopes and roles, which each room writes into."""

from api.scopes import ADMINISTRATION, ISSUER_ANY, SCOPES
from issuer.api.access import Access
from issuer.models import Role
from issuer.permissions import ROLES
from tests.support.servers import ROOT

ORDER = [*SCOPES, ISSUER_ANY, *ADMINISTRATION]


def documented_routes() -> list[str]:
    page = (ROOT / "docs" / "reference" / "scopes.md").read_text()
    return [line for line in page.splitlines() if line.startswith("| `/")]


def documented(route: str, method: str, access: Access) -> str:
    """The line that a route should have there."""
    scopes = ", ".join(f"`{scope}`" for scope in ORDER if scope in access.scopes)
    roles = [role.value for role in Role if access.verb and role in ROLES[access.verb]]
    return f"| `{route}` | {method} | {scopes} | {', '.join(roles) or '–'} |"
