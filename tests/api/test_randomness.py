"""Random bytes by the page: nobody gets those of another."""

import os

import pytest

from api.randomness import PAGE, random_bytes
from issuer.services.award_drafts import Award
from issuer.services.awards import award
from tests.support.threads import together
from tests.support.worlds import acting, badge_class_of, issuer_of, person


def test_none_comes_twice():
    drawn = together(4, lambda number: [random_bytes(16) for _ in range(1000)])
    assert len({each for one in drawn for each in one}) == 4000
    assert all(len(each) == 16 for one in drawn for each in one)


def test_a_forked_process_draws_others():
    random_bytes(1)  # the page is begun
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.write(writing, random_bytes(16))
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reading, 16) != random_bytes(16)
    os.close(reading)
    os.close(writing)


@pytest.mark.django_db
def test_a_thousand_awards_ask_the_kernel_seldom(monkeypatch):
    badge_class = badge_class_of(issuer_of(person()))
    asked = []
    real = os.urandom
    monkeypatch.setattr(os, "urandom", lambda count: asked.append(count) or real(count))
    people = [Award(identity=f"{number}@example.org") for number in range(1000)]
    award(actor=acting(badge_class.created_by), badge_class=badge_class, awards=people)
    assert set(asked) == {PAGE}
    assert len(asked) <= 12


def test_salts_are_long_and_fresh(db):
    badge_class = badge_class_of(issuer_of(person()))
    people = [Award(identity=f"{number}@example.org") for number in range(20)]
    made = award(actor=acting(badge_class.created_by), badge_class=badge_class, awards=people)
    assert len({each.salt for each in made}) == 20
    assert all(len(each.salt) == 32 and int(each.salt, 16) >= 0 for each in made)
