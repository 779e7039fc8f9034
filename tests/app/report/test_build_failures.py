"""What failed in the last build stands on the report of that warehouse, and on no other."""

import json

import duckdb
import pytest

from tests.app.report.conftest import run_report
from tests.app.report.scenarios import SCENARIOS


@pytest.fixture
def report_of(tmp_path):
    """The report, in a form, of a warehouse in whose last build something failed."""

    def report(form, *failures):
        warehouse = SCENARIOS["small"]().write(tmp_path / "warehouse.duckdb")
        with duckdb.connect(str(warehouse)) as opened:
            opened.execute(
                "create table marts.build_failures (unique_id text, kind text, name text, "
                "about text, row_count bigint, description text)"
            )
            for failure in failures:
                opened.execute(
                    "insert into marts.build_failures values (?, ?, ?, ?, ?, ?)", failure
                )
        output = tmp_path / "report"
        done = run_report("--warehouse", warehouse, "--format", form, "--output", output)
        assert done.exit_code == 0, done.output
        return output.read_text(encoding="utf-8")

    return report


A_TEST = ("test.x", "test", "assert_spend_is_conserved", "mart_ad_spend", 2, "Spend was lost.")
RATES = ("test.y", "test", "assert_no_rate_is_missing", "", 7, "Import a CSV of the rates.")


def test_a_failed_test_is_the_first_thing_and_nothing_is_advised_beside_it(report_of):
    page = report_of("html", A_TEST)
    assert "✕ 1 part of the last build failed" in page
    assert "Do not rely on these figures: 1 test of the models failed." in page
    assert (
        "test assert_spend_is_conserved (about mart_ad_spend) found 2 rows. Spend was lost." in page
    )
    assert "Spend more" not in page
    assert "The first of them" not in page
    assert page.index("✕ 1 part") < page.index("<h1>")


def test_the_text_names_it_too(report_of):
    text = " ".join(report_of("text", A_TEST).split())
    assert text.startswith("Do not rely on these figures")
    assert "Failed: test assert_spend_is_conserved (about mart_ad_spend) found 2 rows." in text


def test_a_model_that_was_not_built_is_named(report_of):
    said = json.loads(report_of("json", ("model.x", "model", "mart_channels", "", None, "")))
    assert said["headline"]["title"] == (
        "Do not rely on these figures: mart_channels could not be built."
    )
    assert "is as before" in said["headline"]["lead"]


def test_missing_rates_are_told_beside_their_figures_and_are_no_alarm(report_of):
    page = report_of("html", RATES)
    assert "Spend more on" in page
    assert "✕" not in page[: page.index("<nav")]
    assert "assert_no_rate_is_missing" in page
