"""Who is one person is the same for the models and for what forgets people."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings

from stripe_apex.privacy.person import Person, Search
from stripe_apex.privacy.tables import tables
from tests.transform.random_worlds import multiverses


@hypothesis_settings(
    max_examples=3,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(world=multiverses())
def test_forgetting_follows_the_links_of_the_models(default_project, world):
    results = default_project.run(world)
    run = lambda sql, *parameters: results.warehouse.execute(sql, parameters).fetchall()  # noqa: E731
    search = Search(run, "duckdb", tables(run, []))
    people: dict[int, set[str]] = {}
    for email, person_id in run("select email, person_id from intermediate.int_identity__emails"):
        people.setdefault(person_id, set()).add(email)
    for emails in sorted(people.values(), key=sorted)[:40]:
        person = Person.named(min(emails), None)
        search.grow(person)
        assert person.known["email"] >= emails
        visitors = run(
            "select visitor_id from intermediate.int_identity__visitors where person_id = "
            f"(select any_value(person_id) from intermediate.int_identity__emails "
            "where email = $1)",
            min(emails),
        )
        assert person.known["visitor"] >= {visitor for (visitor,) in visitors}
