"""Who is one person is the same for the models and for what forgets people."""

from __future__ import annotations

import re

from hypothesis import given

from stripe_apex.privacy.person import Person, Search
from stripe_apex.privacy.tables import tables
from tests.chance import few_worlds
from tests.transform.random_worlds import multiverses


@few_worlds(2)
@given(world=multiverses())
def test_forgetting_follows_the_links_of_the_models(default_project, world):
    """Rows that the models leave out, such as reversed charges, join people, too; no strangers."""
    results = default_project.run(world)

    def run(sql, *parameters):
        return results.warehouse.execute(sql, parameters).fetchall()

    search = Search(run, "duckdb", tables(run, []))
    people: dict[int, set[str]] = {}
    for email, person_id in run("select email, person_id from intermediate.int_identity__emails"):
        people.setdefault(person_id, set()).add(email)
    visitors: dict[int, set[str]] = {}
    for visitor, person_id in run(
        "select visitor_id, person_id from intermediate.int_identity__visitors"
    ):
        visitors.setdefault(person_id, set()).add(visitor)
    for person_id, emails in sorted(people.items())[:25]:
        person = Person.named(min(emails), None)
        search.grow(person)
        assert person.known["email"] >= emails
        assert person.known["visitor"] >= visitors.get(person_id, set())
        assert len({WORLD.search(email)[1] for email in person.known["email"]}) == 1


WORLD = re.compile(r"[.](w[0-9]+)[+@]")
"""Which of the worlds, that have nobody in common, an address is of."""
