"""The recipes of docs/privacy.md hash as the tap does."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import duckdb
import psycopg
import pytest
import yaml
from singer_sdk.mapper import PluginMapper
from singer_sdk.singerlib.catalog import Catalog

from tap_stripe_apex.hashing import Hashing

SECRET = "0123456789abcdef" * 4
ANN = Hashing(SECRET).address("ann@example.com")


def recipe(engine):
    page = (Path(__file__).parents[3] / "docs/privacy.md").read_text()
    (found,) = re.findall(rf"^\| {engine} \| `(.+?)`", page, flags=re.MULTILINE)
    return found.replace("SECRET", SECRET).replace(r"\|", "|")


def test_duckdb_computes_the_same_hash():
    with duckdb.connect() as connection:
        sql = f"select {recipe('DuckDB')} from (select ' Ann@Example.com ' as email)"
        assert connection.execute(sql).fetchall() == [(ANN,)]


@pytest.mark.postgres
def test_postgres_computes_the_same_hash(postgres, monkeypatch):
    for name, value in postgres.items():
        monkeypatch.setenv(name, value)
    with psycopg.connect("postgresql://") as connection:
        sql = f"select {recipe('Postgres')} from (select ' Ann@Example.com ' as email) as t"
        assert connection.execute(sql).fetchall() == [(ANN,)]


@pytest.mark.parametrize(("email", "hashed"), [(" Ann@Example.com ", ANN), (None, None)])
def test_a_stream_map_computes_the_same_hash(email, hashed):
    maps = yaml.safe_load(recipe("another Singer tap").split(":", 1)[1])
    mapper = PluginMapper(
        plugin_config={"stream_maps": maps, "stream_map_config": {"secret": SECRET}},
        logger=logging.getLogger("maps"),
    )
    schema = {"type": "object", "properties": {"email": {"type": ["string", "null"]}}}
    catalog = Catalog.from_dict(
        {"streams": [{"tap_stream_id": "leads", "stream": "leads", "schema": schema}]}
    )
    mapper.register_raw_streams_from_catalog(catalog)
    (stream_map,) = mapper.stream_maps["leads"]
    assert stream_map.transform({"email": email}) == {"email": hashed}
