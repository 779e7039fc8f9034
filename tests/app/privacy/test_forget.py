"""`stripe-apex forget`: one person goes, the sums and all others stay."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from stripe_apex.cli import main
from tap_stripe_apex.hashing import Hashing
from tests.app.privacy.conftest import ANN

SECRET = "0123456789abcdef" * 4


@pytest.mark.parametrize("who", ["Ann@example.com ", "v_phone", "cus_ann", "lead_ann"])
def test_a_person_is_removed_by_whatever_names_it(file, who):
    done = file.run("forget", "--yes", who)
    assert done.exit_code == 0, done.output
    left = str(file.everything()).replace("joann@", "").replace("ann@example.com.au", "")
    assert [each for each in ANN if each in left.lower()] == []


def test_it_says_whom_it_means_and_what_was_removed(people):
    said = people.run("forget", "--yes", "ann@example.com").output
    assert "email addresses: ann@example.com, ann@work.example" in said
    assert "visitors: v_ann, v_desk, v_phone" in said
    assert "apex.leads: 1 row deleted, 1 row without the address" in said
    assert "apex.touchpoints: 3 rows deleted" in said
    assert "raw_stripe.charges: 3 rows under a random name, 1 row without the address" in said
    assert "raw_stripe.customers: 1 row deleted" in said
    assert "apex_import.experiment_exposures: 1 row deleted" in said
    assert "Build the marts again" in said


def test_sums_stay_and_so_does_everybody_else(people):
    before = people.sums()
    assert people.run("forget", "--yes", "ann@example.com").exit_code == 0
    assert people.sums() == before
    names = people.rows(
        "select distinct customer_id from raw_stripe.charges where id in ('ch_1', 'ch_2')"
    )
    ((name,),) = names
    assert name.startswith("forgotten_")
    (gift,) = people.rows(
        "select customer_id, customer_email, receipt_email, description, cast(metadata as varchar) "
        "from raw_stripe.charges where id = 'ch_4'"
    )
    assert gift[:2] == ("cus_bob", "bob@example.com")
    assert gift[2:] == (name, f"A gift of {name}, by joann@example.com", f'{{"gift": "{name}"}}')
    assert people.rows(
        "select customer_email, description from raw_stripe.charges where id = 'ch_5'"
    ) == [("joann@example.com", "See ann@example.com.au")]
    assert people.rows("select lead_id, landing_page from apex.leads") == [
        ("lead_bob", f"https://x.example/?by={name}")
    ]
    assert people.rows("select touchpoint_id from apex.touchpoints order by 1") == [
        ("t_4",),
        ("t_5",),
    ]
    assert people.rows("select id, customer_id from raw_stripe.failed_charges order by 1") == [
        ("ch_6", name),
        ("ch_7", "cus_bob"),
    ]
    assert people.rows("select id, description from raw_stripe.refunds order by 1") == [
        ("re_1", None),
        ("re_4", "Bob was ill"),
    ]


def test_no_copy_is_left_in_the_blocks_of_the_file(file):
    path = Path(file.address)
    assert b"v_desk" in path.read_bytes()
    path.chmod(0o600)
    assert file.run("forget", "--yes", "ann@example.com").exit_code == 0
    (left,) = path.parent.iterdir()
    assert left == path
    assert path.stat().st_mode & 0o777 == 0o600
    content = path.read_bytes().replace(b"joann@", b"").replace(b"ann@example.com.au", b"")
    assert [each for each in ANN if each.encode() in content] == []
    assert b"bob@example.com" in content


def test_a_dry_run_shows_the_same_and_changes_nothing(people):
    before = people.everything()
    said = people.run("forget", "--dry-run", "ann@example.com").output
    assert "apex.touchpoints: 3 rows deleted" in said
    assert said.endswith("Nothing was changed.\n")
    assert people.everything() == before


def test_without_a_yes_nothing_is_removed(file):
    before = file.everything()
    asked = file.run("forget", "ann@example.com")
    assert asked.exit_code == 1
    assert "It cannot be undone" in asked.output
    assert file.everything() == before


def test_who_is_nobody_is_said_in_one_line(people):
    before = people.everything()
    done = people.run("forget", "--yes", "ann@example.com", "nobody@example.com")
    assert done.exit_code == 1
    assert done.stderr == "Nobody here is known as nobody@example.com. Nothing was changed.\n"
    assert people.everything() == before


def test_a_reference_that_everybody_carries_joins_nobody(file):
    with duckdb.connect(file.address) as connection:
        connection.execute(
            "insert into raw_stripe.charges (id, amount, currency, customer_id, metadata) "
            """select 'ch_s' || n, 1, 'usd', 'cus_s' || n, '{"visitor_id": "v_ann"}' """
            "from range(21) as t (n)"
        )
    said = file.run("forget", "--dry-run", "ann@example.com").output
    assert "raw_stripe.charges: 3 rows under a random name" in said


def test_old_visits_are_deleted_whoever_made_them(people):
    said = people.run("forget", "--yes", "--touchpoints-older-than", "730d").output
    assert "apex.touchpoints: 1 row deleted" in said
    ((left,),) = people.rows("select count(*) from apex.touchpoints where touchpoint_id <> 't_4'")
    assert left == 4
    again = people.run("forget", "--yes", "--touchpoints-older-than", "730d")
    assert again.exit_code == 0
    assert "No visit is older than" in again.output


@pytest.mark.parametrize("reads", [[], [{"type": "fivetran_google_ads"}]], ids=["", "of loaders"])
def test_a_table_that_vars_name_is_looked_at_from_any_folder(file, tmp_path, monkeypatch, reads):
    file.run_sql("create schema crm; alter table apex.leads rename to contacts")
    file.run_sql("create table crm.contacts as from apex.contacts; drop table apex.contacts")
    (tmp_path / "meltano.yml").write_text("version: 1")
    target = tmp_path / "transform/target"
    target.mkdir(parents=True)
    source = {"source_name": "apex", "schema": "crm", "identifier": "contacts"}
    nodes = {"model.loaded": {"config": {"meta": {"reads": reads}}}}
    manifest = {"sources": {"source.leads": source}, "nodes": nodes}
    (target / "manifest.json").write_text(json.dumps(manifest))
    monkeypatch.setenv("MELTANO_PROJECT_ROOT", str(tmp_path))
    monkeypatch.chdir(target)
    said = file.run("forget", "--dry-run", "ann@example.com").output
    assert "crm.contacts: 1 row deleted" in said


def test_a_file_is_written_anew_on_its_own(file):
    with duckdb.connect(file.address) as connection:
        connection.execute("delete from apex.leads")
    before = Path(file.address).stat().st_ino
    assert file.run("forget", "--compact").exit_code == 0
    assert Path(file.address).stat().st_ino != before
    assert file.rows("select count(*) from raw_stripe.charges") == [(5,)]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "Name a person"),
        ([" "], "A blank names nobody"),
        (["--touchpoints-older-than", "400"], "is no number of days, such as 400d"),
        (["ann@example.com", "--compact"], "Name a person"),
    ],
)
def test_what_is_meant_must_be_clear(file, arguments, words):
    done = file.run("forget", *arguments)
    assert done.exit_code in {1, 2}
    assert words in done.stderr


def test_a_hashed_person_is_found_by_the_address(people, monkeypatch):
    monkeypatch.setenv("TAP_STRIPE_APEX_HASH_EMAILS", SECRET)
    hashed = people.run("hash-emails")
    assert hashed.exit_code == 0, hashed.output
    everything = str(people.everything())
    assert "@" not in everything
    assert "%40" not in everything
    ann = Hashing(SECRET).address("ann@example.com")
    assert people.rows("select email from apex.leads where lead_id = 'lead_ann'") == [(ann,)]
    assert people.run("hash-emails").output == "No address is left to be hashed.\n"
    if people.is_file:
        assert b"@example" not in Path(people.address).read_bytes()
    assert people.run("forget", "--yes", "Ann@example.com").exit_code == 0
    left = str(people.everything())
    assert ann not in left
    assert "v_desk" not in left


def test_without_a_secret_nothing_is_hashed(file):
    refused = file.run("hash-emails")
    assert refused.exit_code == 1
    assert "openssl rand -hex 32" in refused.stderr


@pytest.fixture
def lake(file, tmp_path):
    """The tables of Stripe as files, one for each row of a charge, and a file without anybody."""
    root = tmp_path / "lake"
    with duckdb.connect(file.address) as connection:
        for number in range(1, 6):
            folder = root / f"raw_stripe/charges/load_date=2026-03-0{number}"
            folder.mkdir(parents=True)
            connection.execute(
                f"copy (select * from raw_stripe.charges where id = 'ch_{number}') "
                f"to '{folder}/{number}.parquet' (format parquet)"
            )
        connection.execute("drop schema raw_stripe cascade")
    return root


def digests(lake):
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in lake.rglob("*")
        if path.is_file()
    }


def described(lake):
    with duckdb.connect() as connection:
        return connection.execute(
            f"describe select * from read_parquet('{lake}/raw_stripe/charges/*/*.parquet')"
        ).fetchall()


@pytest.mark.parametrize("who", ["ann@example.com", "v_phone"])
def test_files_of_a_lake_are_rewritten_where_a_person_is(file, lake, who):
    before, columns = digests(lake), described(lake)
    dry = file.run("forget", "--dry-run", "--lake", str(lake), who)
    assert "raw_stripe.charges: 3 rows under a random name" in dry.output
    assert digests(lake) == before
    done = file.run("forget", "--yes", "--lake", str(lake), who)
    assert done.exit_code == 0, done.output
    after = digests(lake)
    assert {name for name in before if before[name] != after[name]} == {
        "1.parquet",
        "2.parquet",
        "3.parquet",
        "4.parquet",
    }
    assert after.keys() == before.keys()
    assert described(lake) == columns
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"select * from read_parquet('{lake}/raw_stripe/charges/*/*.parquet') order by id"
        ).fetchall()
    assert sum(row[2] for row in rows) == 15_000
    left = str(rows).replace("joann@", "").replace("ann@example.com.au", "")
    assert [each for each in ANN if each in left] == []


def test_a_lake_alone_needs_no_warehouse(lake, tmp_path):
    done = CliRunner().invoke(
        main,
        ["forget", "--yes", "--warehouse", str(tmp_path / "none"), "--lake", str(lake), "cus_ann"],
    )
    assert done.exit_code == 0, done.output
    assert "raw_stripe.charges: 2 rows under a random name" in done.output


def test_without_warehouse_and_lake_there_is_nobody(tmp_path):
    done = CliRunner().invoke(main, ["forget", "--warehouse", str(tmp_path / "none"), "cus_ann"])
    assert done.exit_code == 1
    assert "There is no warehouse" in done.stderr


@pytest.mark.parametrize(
    "who",
    [
        pytest.param("o'neil+t_a.g@ex-ample.com", id="an apostrophe and signs of patterns"),
        pytest.param("x' or 1=1 --@a.example", id="SQL"),
        pytest.param("zo\u00eb@m\u00fcller.example", id="other letters"),
        pytest.param("v'1\\(.*)", id="an id like a pattern"),
    ],
)
def test_only_the_one_who_is_named_goes(people, who):
    column = "email" if "@" in who else "visitor_id"
    spelled = who.replace("'", "''")
    people.run_sql(f"insert into apex.leads (lead_id, {column}) values ('l_new', '{spelled}')")
    people.run_sql("insert into apex.leads (lead_id, email, visitor_id) values ('l_blank', '', '')")
    before = people.everything()
    done = people.run("forget", "--yes", who)
    assert done.exit_code == 0, done.output
    after = people.everything()
    gone = {table: set(before[table]) - set(after[table]) for table in before}
    assert [row for rows in gone.values() for row in rows if "l_new" not in row] == []
    assert len(gone["apex.leads"]) == 1
