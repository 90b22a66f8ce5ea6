"""Facts to build documents from: one full example of each kind, and strategies for any others."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import strategies as st

from ob import facts

ORIGIN = "https://badges.example.org"
SALT = "0123456789abcdef0123456789abcdef"
APPLY = "extensions:ApplyLink"
APPLY_CONTEXT = "https://badges.example.org/extensions/apply/context.json"
EXTENSIONS = {
    APPLY: {
        "@context": APPLY_CONTEXT,
        "type": ["Extension", "extensions:ApplyLink"],
        "url": "https://apply.example.org/",
    }
}

FULL_ISSUER = facts.IssuerFacts(
    id=f"{ORIGIN}/public/issuers/iss",
    name="Universität Beispiel",
    url="https://www.example.org/",
    email="badges@example.org",
    description="We **award** badges.",
    telephone="+16175551212",
    image=facts.Image(
        id=f"{ORIGIN}/public/issuers/iss/image",
        caption="A laurel",
        author="https://artist.example.org/profile",
    ),
    related=(facts.Related(id=f"{ORIGIN}/public/issuers/es", language="es"),),
    language="de",
    version="2",
    extensions=EXTENSIONS,
)
FULL_BADGE = facts.BadgeClassFacts(
    id=f"{ORIGIN}/public/badges/bdg",
    issuer=FULL_ISSUER.id,
    name="Statistics I",
    description="Passed *Statistics I*.",
    image=f"{ORIGIN}/public/badges/bdg/image",
    criteria_url="https://www.example.org/stat1",
    criteria_narrative="1. Attend\n2. Pass",
    alignments=(
        facts.Alignment(
            target_name="Data literacy",
            target_url="https://framework.example.org/7",
            target_description="Reads data",
            target_framework="Example framework",
            target_code="7",
        ),
    ),
    tags=("statistics", "Daten"),
    related=(facts.Related(id=f"{ORIGIN}/public/badges/old", version="1"),),
    language="en",
    version="2",
    extensions=EXTENSIONS,
)
FULL_ASSERTION = facts.AssertionFacts(
    id=f"{ORIGIN}/public/assertions/ast",
    badge=FULL_BADGE.id,
    recipient=facts.RecipientFacts(
        type="email", identity="ada@example.org", hashed=True, salt=SALT
    ),
    issued_on=datetime(2026, 3, 1, 13, 30, tzinfo=timezone(timedelta(hours=1))),
    image=f"{ORIGIN}/public/assertions/ast/image",
    evidence=(
        facts.Evidence(
            id="https://work.example.org/1",
            narrative="Her *project*",
            name="Project",
            description="A report",
            genre="Report",
            audience="Students",
        ),
        facts.Evidence(narrative="Seen in class"),
    ),
    narrative="Well done",
    expires=datetime(2028, 3, 1, 12, 30, 0, 250000, tzinfo=UTC),
    related=(facts.Related(id="urn:uuid:123e4567-e89b-42d3-a456-426614174000", language="pt-BR"),),
    language="en-GB",
    version="1.0",
    extensions=EXTENSIONS,
)
SMALL_ISSUER = facts.IssuerFacts(
    id=FULL_ISSUER.id, name="U", url="http://localhost:8000/", email="a@example.org"
)
SMALL_BADGE = facts.BadgeClassFacts(
    id=FULL_BADGE.id,
    issuer=FULL_ISSUER.id,
    name="B",
    description="",
    image=f"{ORIGIN}/public/badges/bdg/image",
)
SMALL_ASSERTION = facts.AssertionFacts(
    id=FULL_ASSERTION.id,
    badge=FULL_BADGE.id,
    recipient=facts.RecipientFacts(type="url", identity="https://ada.example.org/", hashed=False),
    issued_on=datetime(2026, 3, 1, tzinfo=UTC),
)

# strategies

_anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
said = _anything.filter(lambda text: bool(text.strip()))
maybe = st.none() | _anything.filter(lambda text: bool(text.strip()) or not text)
_segment = st.text("abcXYZ019-_.~", min_size=1, max_size=12)
urls = st.builds(
    "{}://{}.example.org{}/{}{}".format,
    st.sampled_from(["http", "https"]),
    st.text("abc9", min_size=1, max_size=8),
    st.sampled_from(["", ":8000"]),
    _segment,
    st.sampled_from(["", "?a=%20b", "#c"]),
)
languages = st.none() | st.sampled_from(["en", "de-CH", "zh-Hant-TW"])
_times = st.datetimes(
    datetime(1600, 1, 1),
    datetime(2900, 1, 1),
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=-5, minutes=-30))]),
)
_related = st.builds(facts.Related, id=urls, language=languages, version=maybe)
_images = urls | st.builds(facts.Image, id=urls, caption=maybe, author=st.none() | urls)
_values = st.recursive(
    said | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(said, inner, max_size=3),
    max_leaves=6,
)
_extensions = st.dictionaries(
    st.sampled_from(["extensions:A", "extensions:B", "https://example.org/ns#c", "schema:comment"]),
    st.builds(
        lambda extra, context: {
            **extra,
            "@context": context,
            "type": ["Extension", "schema:Thing"],
        },
        st.dictionaries(said, _values, max_size=3),
        urls,
    ),
    max_size=2,
)
_common = {
    "related": st.lists(_related, max_size=2).map(tuple),
    "language": languages,
    "version": maybe,
    "extensions": _extensions,
}
emails = st.builds(
    "{}@{}.example".format,
    st.from_regex(re.compile("[a-z0-9+_éßд]{1,20}"), fullmatch=True),
    st.from_regex(re.compile("[a-z0-9ü]{1,10}"), fullmatch=True),
)
_evidence = st.builds(
    facts.Evidence,
    id=st.none() | urls,
    narrative=said,
    name=maybe,
    description=maybe,
    genre=maybe,
    audience=maybe,
)
_alignment = st.builds(
    facts.Alignment,
    target_name=said,
    target_url=urls,
    target_description=maybe,
    target_framework=maybe,
    target_code=maybe,
)
issuers = st.builds(
    facts.IssuerFacts,
    id=urls,
    name=said,
    url=urls,
    email=emails,
    description=maybe,
    telephone=st.none() | st.just("+4930123456"),
    image=st.none() | _images,
    **_common,
)
badge_classes = st.builds(
    facts.BadgeClassFacts,
    id=urls,
    issuer=urls,
    name=said,
    description=_anything,
    image=_images | st.just("data:image/png;base64,AAAA"),
    criteria_url=st.none() | urls,
    criteria_narrative=maybe,
    alignments=st.lists(_alignment, max_size=2).map(tuple),
    tags=st.lists(said, max_size=3).map(tuple),
    **_common,
)
recipients = st.builds(
    facts.RecipientFacts,
    type=st.just("email"),
    identity=emails,
    hashed=st.booleans(),
    salt=st.none() | st.text("0123456789abcdef", min_size=32, max_size=32),
) | st.builds(
    facts.RecipientFacts,
    type=st.sampled_from(["url", "openBadgeId"]),
    identity=urls,
    hashed=st.booleans(),
)
assertions = st.builds(
    lambda lasting, **given: facts.AssertionFacts(
        expires=lasting and given["issued_on"] + lasting, **given
    ),
    lasting=st.none() | st.timedeltas(timedelta(microseconds=1), timedelta(days=9999)),
    id=urls,
    badge=urls,
    recipient=recipients,
    issued_on=_times,
    image=st.none() | _images,
    evidence=st.lists(_evidence, max_size=3).map(tuple),
    narrative=maybe,
    **_common,
)
