"""One account, three engines, the same marts, row for row."""

import subprocess
import sys
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from stripe_simulator.book import InvalidOperationError
from tests.transform.test_addresses import BLANKS
from tests.warehouses.engines import DuckDB, Postgres, Spark
from tests.warehouses.marts import compare
from tests.warehouses.project import ROOT, RunError

DIALECTS = {"DuckDB": "duckdb", "Postgres": "postgres", "Spark": "sparksql"}


@pytest.fixture(scope="module")
def duckdb(clones, settings):
    clone = clones("duckdb", settings)
    return DuckDB("DuckDB", "dev", ("tap-stripe-apex", "target-apex"), clone)


@pytest.fixture(scope="module")
def on_postgres(clones, settings, databases):
    clone = clones("postgres", settings | databases("marts"))
    return Postgres("Postgres", "prod", ("tap-stripe-apex", "target-postgres"), clone)


@pytest.fixture(scope="module")
def on_spark(clones, settings, spark, tmp_path_factory):
    lake = {"APEX_LAKE": str(tmp_path_factory.mktemp("lake"))}
    clone = clones("spark", settings | spark | lake)
    return Spark("Spark", "spark", ("tap-stripe-apex", "target-apex"), clone)


@pytest.fixture(scope="module")
def built(duckdb, on_postgres, on_spark):
    """All engines after their first run."""
    engines = (duckdb, on_postgres, on_spark)
    for engine in engines:
        engine.load()
        engine.build()
    return engines


def test_all_marts_are_the_same_on_all_engines(built, account):
    duckdb, *others = built
    names = duckdb.marts()
    assert len(names) >= 10
    here = duckdb.tables(names)
    _, facts = duckdb.ask("select charge_id from marts.fct_revenue")
    assert {charge_id for (charge_id,) in facts} == set(account.ledger().charges)
    for engine in others:
        assert_same(here, engine)


@pytest.mark.parametrize("number", range(3), ids=DIALECTS)
def test_the_linter_of_its_dialect_finds_nothing_in_what_an_engine_ran(built, number):
    """Compiled, since only then is it one dialect; the layout is the macros' own."""
    engine = built[number]
    compiled = engine.clone.folder / "transform/target/compiled/stripe_apex"
    written = [path for path in compiled.rglob("*.sql") if ".yml" not in str(path)]
    assert len(written) > 50
    done = subprocess.run(
        [
            *(Path(sys.executable).with_name("sqlfluff"), "lint", "--processes", "2"),
            *("--config", ROOT / ".sqlfluff", "--dialect", DIALECTS[engine.name], *written),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr


@pytest.mark.parametrize("number", range(3), ids=DIALECTS)
def test_no_blank_is_part_of_an_address_on_any_engine(built, number):
    engine = built[number]
    typed = " union all ".join(
        f"select '{blank}Ann@exam{blank}ple.com{blank}' as address"
        for blank in BLANKS
        if blank != "\0"  # which only DuckDB can store
    )
    normal = "{{ stripe_apex.normalize_email('address') }}"
    assert engine.show(
        f"select {normal} as address, count(*) as spellings from ({typed}) as typed group by 1"
    ) == [{"address": "ann@example.com", "spellings": len(BLANKS) - 1}]


@pytest.mark.parametrize("number", range(2), ids=["DuckDB", "Postgres"])
def test_a_run_with_nothing_new_asks_stripe_once_and_builds_nothing(built, stripe, number):
    engine = built[number]
    stripe.requests.clear()
    engine.load()
    assert len(stripe.requests) == 1
    assert "the marts are up to date" in engine.build()


def test_changes_are_merged_into_the_tables_of_the_first_run(built, account):
    """Refunds, late successes and reversals: old rows change, some leave."""
    duckdb, *others = built
    before = account.ledger()
    returned = 0
    for charge in sorted(before.charges):
        with suppress(InvalidOperationError):  # only a bank debit can be returned
            account.reverse(charge)
            returned += 1
        if returned == 3:
            break
    account.advance(timedelta(days=20))
    after = account.ledger()
    assert len(set(before.charges) - set(after.charges)) == 3
    changed = [id_ for id_ in before.charges if before.charges[id_] != after.charges.get(id_)]
    assert len(changed) > 10
    for engine in built:
        engine.load()
        # What compares it with marts that were not built again is left out.
        engine.build("--select", "+fct_revenue", "--indirect-selection", "cautious")
    here = duckdb.tables(["marts.fct_revenue"])
    rows = duckdb.ask("select charge_id, net_minor from marts.fct_revenue")[1]
    assert sum(net for _, net in rows) == sum(total.net for total in after.totals.values())
    assert {charge_id for charge_id, _ in rows} == set(after.charges)
    for engine in others:
        assert_same(here, engine)


def test_a_failed_test_names_the_model(built):
    """As the scheduled workflow does; nobody may overlook it in a log."""
    engine = built[0]
    engine.ask("delete from intermediate.int_charges__priced where net_minor > 0")
    with pytest.raises(RunError, match="assert_revenue_equals_raw_charges"):
        engine.clone.meltano("dev", "run", "dbt:test")
    said = engine.clone.run("python", "scripts/failures.py", GITHUB_ACTIONS="true")
    assert "::error title=dbt::test assert_revenue_equals_raw_charges (about" in said
    assert "int_charges__priced" in said


def assert_same(here, engine):
    """The tables of DuckDB and those of the same names of another engine."""
    found = compare(here, engine.tables(sorted(here)), ("DuckDB", engine.name))
    assert not found, "\n".join(found)
