"""People in the tables of trackers and CRMs that the models read are forgotten and hashed, too."""

from __future__ import annotations

import hashlib

import pytest

from tap_stripe_apex.hashing import Hashing

LOADED = """
create schema web;
create schema crm;
create schema staging;
create table web.pages ("ID" varchar, "ANONYMOUS_ID" varchar, "USER_ID" varchar, "URL" varchar);
insert into web.pages values
('p1', 'a_ann', null, 'https://x.example/'), ('p2', 'a_laptop', 'u_ann', null),
('p3', 'a_bob', 'undefined', 'https://x.example/?by=ann%40example.com'),
('p4', null, 'u_ann', null), ('p5', null, 'undefined', null), ('p6', 'a_ann', 'undefined', null);
create table web.identifies (id varchar, anonymous_id varchar, user_id varchar, email varchar);
insert into web.identifies values
('i1', 'a_ann', 'u_ann', ' Ann@Example.com'), ('i2', 'a_laptop', 'u_ann', null),
('i3', 'a_bob', 'u_bob', 'bob@example.com');
create table crm.contact (id bigint, property_email varchar);
insert into crm.contact values (7, 'ANN@example.com'), (8, 'bob@example.com');
create table crm.other (id bigint, email varchar);
insert into crm.other values (7, 'ann@example.com');
create table staging.base_web__loaded_columns (
    table_label varchar, column_name varchar, role varchar
);
insert into staging.base_web__loaded_columns values
('web.pages', 'ANONYMOUS_ID', 'visitor'), ('web.pages', 'USER_ID', 'user'),
('web.identifies', 'anonymous_id', 'visitor'), ('web.identifies', 'user_id', 'user'),
('web.identifies', 'email', 'email'),
('crm.contact', 'id', 'lead'), ('crm.contact', 'property_email', 'email');
create table staging.base_web__loaded_links (visitor_id varchar, email varchar);
insert into staging.base_web__loaded_links values
('a_ann', 'ann@example.com'), ('a_laptop', 'ann@example.com'), ('u_ann', 'ann@example.com'),
('a_bob', 'bob@example.com'), ('u_bob', 'bob@example.com');
"""
GONE = "drop schema if exists web, crm, staging cascade"


@pytest.fixture
def loaded(people):
    """A warehouse in which a tracker and a CRM write, too."""
    people.run_sql(LOADED)
    yield people
    if not people.is_file:
        people.run_sql(GONE)


@pytest.mark.parametrize("who", ["ann@example.com", "a_laptop", "u_ann"])
def test_visits_of_all_devices_go_and_those_of_others_stay(loaded, who):
    """A user that is everybody, such as `undefined`, joins nobody."""
    done = loaded.run("forget", "--yes", who)
    assert done.exit_code == 0, done.output
    assert "web.pages: 4 rows deleted, 1 row without the address" in done.output
    assert loaded.rows('select "ID" from web.pages order by 1') == [("p3",), ("p5",)]
    assert loaded.rows("select id from web.identifies") == [("i3",)]
    assert loaded.rows("select id from crm.contact") == [(8,)]
    assert "ann" not in str(loaded.rows("select * from staging.base_web__loaded_links"))
    assert loaded.rows("select count(*) from apex.leads where lead_id = 'lead_bob'") == [(1,)]


def test_only_tables_that_the_models_read_are_changed(loaded):
    assert loaded.run("forget", "--yes", "ann@example.com").exit_code == 0
    assert loaded.rows("select * from crm.other") == [(7, "ann@example.com")]


def test_their_addresses_are_hashed_alike(loaded, monkeypatch):
    secret = "0123456789abcdef" * 4
    monkeypatch.setenv("TAP_STRIPE_APEX_HASH_EMAILS", secret)
    done = loaded.run("hash-emails")
    assert done.exit_code == 0, done.output
    ann = hashlib.sha256(f"{secret}:ann@example.com".encode()).hexdigest()
    assert Hashing.of(secret).address("ann@example.com") == ann
    assert loaded.rows("select email from web.identifies where id = 'i1'") == [(ann,)]
    assert loaded.rows("select trim(property_email) from crm.contact where id = 7") == [(ann,)]
    ((page,),) = loaded.rows('select "URL" from web.pages where "ID" = \'p3\'')
    assert page == f"https://x.example/?by={ann}"
