"""Runs in the validator's own environment: prints the official validator's report on a URL or an
image file.

The context at w3id.org comes from the validator's own package, so that no test needs the internet.
"""

import json
import sys
import warnings

warnings.filterwarnings("ignore")

from openbadges import verifier  # noqa: E402
from openbadges.verifier import utils  # noqa: E402
from openbadges.verifier.openbadges_context import OPENBADGES_CONTEXT_V2_DICT  # noqa: E402

CONTEXT = "https://w3id.org/openbadges/v2"
load = utils.CachableDocumentLoader.__call__


def load_offline(self, url):
    if url == CONTEXT:
        document = json.dumps(OPENBADGES_CONTEXT_V2_DICT)
        return {"contextUrl": None, "documentUrl": url, "document": document, "from_cache": True}
    return load(self, url)


utils.CachableDocumentLoader.__call__ = load_offline

kind, badge, recipient = sys.argv[1:4]
profile = json.loads(recipient) or None
if kind == "url":
    result = verifier.verify(badge, recipient_profile=profile)
else:
    with open(badge, "rb") as file:
        result = verifier.verify(file, recipient_profile=profile)
json.dump(result["report"], sys.stdout)
