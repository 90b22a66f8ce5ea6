"""Links that hand an award on to other sites. Plain links: no script and nothing of another site
stands in our pages.
"""

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from django.utils.translation import gettext as _

from issuer.models import Assertion


@dataclass(frozen=True)
class ShareLink:
    """Where a link leads, and its words."""

    name: str
    url: str


def share_links(assertion: Assertion) -> list[ShareLink]:
    """An award as other sites take it from a plain link. Nothing of its holder goes along."""
    url, name = assertion.public_url, assertion.badge_class.name
    text = one_line(
        _("%(badge)s, issued by %(issuer)s")
        % {"badge": name, "issuer": assertion.badge_class.issuer.name}
    )
    return [
        ShareLink(_("Add to LinkedIn profile"), linkedin_profile(assertion)),
        ShareLink("LinkedIn", address("www.linkedin.com/sharing/share-offsite/", url=url)),
        ShareLink("X", address("x.com/intent/post", text=text, url=url)),
        ShareLink("Facebook", address("www.facebook.com/sharer/sharer.php", u=url)),
        ShareLink(_("E-mail"), f"mailto:?subject={quote(text)}&body={quote(url, safe='')}"),
    ]


def linkedin_profile(assertion: Assertion) -> str:
    """LinkedIn's form for a certification, filled in."""
    fields: dict[str, object] = {
        "startTask": "CERTIFICATION_NAME",
        "name": assertion.badge_class.name,
        "organizationName": assertion.badge_class.issuer.name,
        "issueYear": assertion.issued_on.year,
        "issueMonth": assertion.issued_on.month,
    }
    if assertion.expires_at:
        fields["expirationYear"] = assertion.expires_at.year
        fields["expirationMonth"] = assertion.expires_at.month
    return address(
        "www.linkedin.com/profile/add",
        **fields,
        certUrl=assertion.public_url,
        certId=assertion.entity_id,
    )


def one_line(text: str) -> str:
    """A subject with a line break would end the mail's header there."""
    return " ".join(text.split())


def address(place: str, **fields: object) -> str:
    return f"https://{place}?{urlencode(fields, quote_via=quote, safe='')}"
