"""Public ids (DESIGN 4)."""

import re
from math import log2

from api.entity_ids import ALPHABET, LENGTH, new_entity_id


def test_they_are_22_clean_characters():
    made = {new_entity_id() for _ in range(2000)}
    assert len(made) == 2000
    assert all(re.fullmatch(r"[A-Za-z0-9_]{22}", entity_id) for entity_id in made)
    assert set("".join(made)) == set(ALPHABET)


def test_they_have_128_random_bits():
    assert len(set(ALPHABET)) == len(ALPHABET)
    assert log2(len(ALPHABET)) * LENGTH >= 128
