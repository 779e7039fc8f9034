"""A warehouse with some people on each engine, and a way to run commands on it."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from pathlib import Path

import duckdb
import psycopg
import pytest
from click.testing import CliRunner

from stripe_apex.cli import main

ROWS = """
create schema raw_stripe;
create schema apex;
create schema apex_import;
create schema marts;
create table raw_stripe.charges (
    id varchar, created timestamptz, amount bigint, currency varchar, customer_id varchar,
    customer_email varchar, receipt_email varchar, billing_email varchar,
    payment_intent_id varchar, description varchar, metadata {json}, customer_metadata {json}
);
insert into raw_stripe.charges values
('ch_1', '2026-03-01 00:00+00', 1000, 'usd', 'cus_ann', ' Ann@Example.com', 'ann@example.com', null,
    'pi_1', 'For ann@example.com', '{{"visitor_id": "v_phone"}}', '{{"name": "Ann"}}'),
('ch_2', '2026-03-02 00:00+00', 2000, 'eur', 'cus_ann', 'ann@work.example', null, null,
    'pi_2', null, '{{}}', null),
('ch_3', '2026-03-03 00:00+00', 3000, 'usd', null, null, null, null,
    'pi_3', null, '{{"lead_id": "lead_ann"}}', null),
('ch_4', '2026-03-04 00:00+00', 4000, 'usd', 'cus_bob', 'bob@example.com', 'ANN@example.com', null,
    'pi_4', 'A gift of ann@example.com, by joann@example.com', '{{"gift": "ann@example.com"}}',
    null),
('ch_5', '2026-03-05 00:00+00', 5000, 'usd', 'cus_joann', 'joann@example.com', null, null,
    'pi_5', 'See ann@example.com.au', '{{"visitor_id": "v_joann"}}', null);
create table raw_stripe.refunds (
    id varchar, amount bigint, currency varchar, charge_id varchar, description varchar
);
insert into raw_stripe.refunds values
('re_1', 100, 'usd', 'ch_1', 'Ann was ill'), ('re_4', 100, 'usd', 'ch_4', 'Bob was ill');
create table raw_stripe.failed_charges (
    id varchar, amount bigint, currency varchar, customer_id varchar, payment_intent_id varchar
);
insert into raw_stripe.failed_charges values
('ch_6', 1000, 'usd', 'cus_ann', 'pi_1'), ('ch_7', 500, 'usd', 'cus_bob', 'pi_7');
create table raw_stripe.customers (id varchar, email varchar, name varchar, currency varchar);
insert into raw_stripe.customers values
('cus_ann', 'ann@example.com', 'Ann', 'usd'), ('cus_bob', 'bob@example.com', 'Bob', 'usd');
create table apex.leads (
    lead_id varchar, email varchar, visitor_id varchar, created_at timestamptz, landing_page varchar
);
insert into apex.leads values
('lead_ann', 'ANN@example.com', 'v_ann', '2026-02-01 00:00+00', 'https://x.example/'),
('lead_bob', 'bob@example.com', 'v_bob', '2026-02-02 00:00+00', 'https://x.example/?by=ann%40example.com');
create table apex.touchpoints (
    touchpoint_id varchar, visitor_id varchar, email varchar, occurred_at timestamptz
);
insert into apex.touchpoints values
('t_1', 'v_ann', null, '2026-01-01 00:00+00'), ('t_2', 'v_phone', null, '2026-01-02 00:00+00'),
('t_3', 'v_desk', 'ann@work.example', '2026-01-03 00:00+00'),
('t_4', 'v_bob', null, '2024-01-01 00:00+00'),
('t_5', 'v_joann', null, '2026-01-05 00:00+00');
create table apex_import.leads_replaced (
    lead_id varchar, email varchar, visitor_id varchar, file_name varchar
);
insert into apex_import.leads_replaced values
('lead_old', 'ann@example.com', null, 'old.csv'), ('lead_o', 'bob@example.com', null, 'old.csv');
create table apex_import.imports (import_id bigint, file_name varchar);
insert into apex_import.imports values (1, 'of ann@example.com (1).csv');
create table apex_import.experiment_exposures (experiment_id varchar, visitor_id varchar);
insert into apex_import.experiment_exposures values ('x', 'v_desk'), ('x', 'v_bob');
create table marts.mart_unmatched (charge_id varchar, email varchar);
insert into marts.mart_unmatched values ('ch_2', 'ann@work.example'), ('ch_4', 'bob@example.com');
"""

ANN = ("ann@example.com", "ann@work.example", "v_ann", "v_phone", "v_desk", "cus_ann", "lead_ann")
"""All identifiers that the data links to one person."""

TABLES = (
    *("raw_stripe.charges", "raw_stripe.refunds", "raw_stripe.customers", "apex.leads"),
    *(
        "raw_stripe.failed_charges",
        "apex.touchpoints",
        "apex_import.leads_replaced",
        "apex_import.imports",
    ),
    *("apex_import.experiment_exposures", "marts.mart_unmatched"),
)


class People:
    """A warehouse, and methods that run commands on it."""

    def __init__(self, address: str) -> None:
        self.address = address

    @property
    def is_file(self) -> bool:
        return not self.address.startswith("postgres")

    def run(self, *arguments: str):
        command = (*arguments, "--warehouse", self.address)
        return CliRunner().invoke(main, command)

    def rows(self, sql: str):
        with self._connected() as connection:
            return connection.execute(sql).fetchall()

    def run_sql(self, sql: str) -> None:
        with self._connected() as connection:
            connection.execute(sql)

    def everything(self):
        return {table: sorted(map(repr, self.rows(f"select * from {table}"))) for table in TABLES}

    def sums(self):
        return self.rows(
            "select currency, count(*), sum(amount) from raw_stripe.charges group by 1 order by 1"
        )

    def empty(self) -> None:
        self.run_sql("drop schema if exists raw_stripe, apex, apex_import, marts cascade")

    def fill(self) -> None:
        with self._connected() as connection:
            connection.execute(ROWS.format(json="json" if self.is_file else "jsonb"))

    @contextmanager
    def _connected(self):
        if self.is_file:
            with duckdb.connect(self.address) as connection:
                connection.execute("set timezone = 'UTC'")
                yield connection
        else:
            with psycopg.connect(self.address, autocommit=True) as connection:
                yield connection


@pytest.fixture(scope="session")
def _filled(tmp_path_factory):
    people = People(str(tmp_path_factory.mktemp("people") / "filled.duckdb"))
    people.fill()
    return Path(people.address)


@pytest.fixture
def file(_filled, tmp_path):
    """A DuckDB file."""
    return People(str(shutil.copy(_filled, tmp_path / "warehouse.duckdb")))


@pytest.fixture(params=["duckdb", pytest.param("postgres", marks=pytest.mark.postgres)])
def people(request, monkeypatch):
    """Each of the warehouses."""
    if request.param == "duckdb":
        yield request.getfixturevalue("file")
        return
    for name, value in request.getfixturevalue("postgres").items():
        monkeypatch.setenv(name, value)
    people = People("postgresql://")
    people.empty()
    people.fill()
    yield people
    people.empty()  # since other tests share the server
