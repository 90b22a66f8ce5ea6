"""Runs in the clients' own environment: an institution's script that uses badgrclient.

Reads `url`, `username`, `password` and `image` as JSON, prints what came back as JSON: an entity as
its class, id and data, a failure as the name of its class and its text.
"""

import contextlib
import json
import sys

from badgrclient import Assertion, BadgeClass, BadgrClient, Issuer

told = json.load(sys.stdin)
seen = {}


def plain(value):
    if isinstance(value, Issuer | BadgeClass | Assertion):
        return {"class": type(value).__name__, "entityId": value.entityId, "data": dict(value.data)}
    return value


def keep(name, call, *arguments, **more):
    """Do it, keep what it returns or raises under this name."""
    result = failure = None
    try:
        with contextlib.redirect_stdout(sys.stderr):  # it prints the answers it dislikes
            result = call(*arguments, **more)
    except Exception as error:
        failure = [type(error).__name__, str(error)]
    rows = [plain(row) for row in result] if isinstance(result, list) else plain(result)
    seen[name] = {"result": rows, "failure": failure}
    return result


def sign_in(password=told["password"], **more):
    return BadgrClient(told["username"], password, "public", base_url=told["url"], **more)


client = sign_in()
issuer = keep(
    "create issuer",
    Issuer(client).create,
    "University",
    "Teaches",
    told["username"],
    "https://university.example",
)
keep("list issuers", client.fetch_issuer)
keep("read issuer", client.fetch_issuer, issuer.entityId)
badge = keep(
    "create badge class",
    issuer.create_badgeclass,
    "First steps",
    told["image"],
    "Took them.",
    criteria_text="Take a step.",
    criteria_url="https://university.example/steps",
)
spare = issuer.create_badgeclass("Spare", told["image"], "Never awarded.", criteria_text="None.")
keep("list badge classes", client.fetch_badgeclass)
keep("list the issuer's badge classes", issuer.fetch_badgeclasses)

issuer.data["description"] = "Teaches and awards"
keep("update issuer", issuer.update)
keep("read issuer again", client.fetch_issuer, issuer.entityId)
badge.data["description"] = "Took them all."
keep("update badge class", badge.update)
keep("read badge class again", client.fetch_badgeclass, badge.entityId)

award = keep("award", badge.issue, "Grace@Example.org", notify=False)
evidence = [{"url": "https://university.example/e", "narrative": "Seen"}]
keep("award with evidence", badge.issue, "bob@example.org", evidence=evidence, narrative="Well")
by_name = sign_in(unique_badge_names=True)
by_name.load_badge_names(issuer.entityId)
keep(
    "award by name",
    Assertion(by_name).create,
    "eve@example.org",
    issuer_eid=issuer.entityId,
    badge_name="First steps",
)
keep("awards of one person", badge.fetch_assertions, recipient="grace@example.org")
keep("awards of the issuer", issuer.fetch_assertions)
keep("awards of the issuer, one a page", issuer.fetch_assertions, query={"num": 1})
award.data["narrative"] = "Corrected"
keep("update award", award.update)
keep("read award again", client.fetch_assertion, award.entityId)

keep("add staff", issuer.edit_staff, "add", told["colleague"], "editor")
keep("add nobody", issuer.edit_staff, "add", "nobody@example.org", "editor")

keep("delete award", award.delete)
keep("revoke award", award.revoke, "Copied")
keep("revoke awards", client.revoke_assertions, [award.entityId], "Copied")
keep("revoke awards again", client.revoke_assertions, [award.entityId, "unknown"], "Copied")
keep("read unknown", client.fetch_badgeclass, "unknown")
keep("delete badge class in use", badge.delete)
keep("delete badge class", spare.delete)
keep("read deleted badge class", client.fetch_badgeclass, spare.entityId)

keep("refresh", client._get_auth_token)  # what it calls itself once its token is old
keep("list issuers after refresh", client.fetch_issuer)
keep("stale token", sign_in(None, token="stale", refresh_token="stale").fetch_issuer)
keep("wrong password", sign_in, "wrong")
json.dump(seen, sys.stdout)
