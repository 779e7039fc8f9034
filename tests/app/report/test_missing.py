"""What is missing is said as what it is, and unknown names with their money."""

import pytest

from tests.app.report.conftest import run_report
from tests.app.report.golden import report_as_json
from tests.app.report.marts import Marts


def written(tmp_path, marts):
    return marts.write(tmp_path / "warehouse.duckdb")


def payment(**inputs):
    """A payment that no channel is credited with, and so many rows of inputs."""
    marts = Marts()
    marts.charge(10_000, channel=None)
    marts.rows["mart_inputs"] = [
        {"input": name, "row_count": count} for name, count in inputs.items()
    ]
    return marts


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"ad_spend": 3}, "There are no leads and no visits yet. Import a file with"),
        ({"leads": 3}, "There are no visits yet."),
        ({"touchpoints": 3}, "There are no leads yet."),
        ({"leads": 3, "touchpoints": 3}, "No payer has a lead or a visit before the payment"),
    ],
    ids=["both are missing", "visits are missing", "leads are missing", "nothing is missing"],
)
def test_what_is_missing_is_asked_for_by_its_name(tmp_path, inputs, said):
    headline = report_as_json(written(tmp_path, payment(**inputs)))["headline"]
    assert headline["lead"].startswith(said)


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"leads": 3}, "There is no ad spend yet. Import a file"),
        ({"ad_spend": 3}, "No ad spend is known for these days"),
    ],
    ids=["no spend at all", "none in these days"],
)
def test_spend_of_other_days_is_not_said_to_be_missing(tmp_path, inputs, said):
    marts = Marts()
    marts.charge(10_000)
    marts.rows["mart_inputs"] = [
        {"input": name, "row_count": count} for name, count in inputs.items()
    ]
    assert said in report_as_json(written(tmp_path, marts))["headline"]["lead"]


def test_unknown_names_are_said_with_their_rows_and_money(tmp_path):
    marts = Marts()
    marts.charge(10_000)
    unknown = {"channel": "paid_other", "row_count": 2}
    marts.unknown("fazebook", currency="eur", spend_minor=123_456, **unknown)
    marts.unknown("fazebook", currency="usd", spend_minor=100, **unknown)
    marts.unknown("(none)", currency="usd", spend_minor=50, **unknown)
    marts.unknown("trade_show", channel="trade_show", row_count=7)
    warehouse = written(tmp_path, marts)
    platforms, channels = report_as_json(warehouse)["findings"][:2]
    assert sorted(platforms["title"].removesuffix(".").split(": ")[1].split(", ")) == [
        "no name at all",
        "“fazebook”",
    ]
    assert platforms["title"].startswith("Unknown ad platforms")
    assert platforms["text"] == (
        "6 rows with €1,234.56, $1.50 of ad spend count in the channel “paid other”, so no return "
        "says what they brought. Rename ad_platform."
    )
    assert channels["title"] == "Unknown channel of leads: “trade_show”."
    assert channels["text"].startswith("Leads: 7. They stand in channels of their own")
    table = " ".join(run_report("--warehouse", warehouse, "--format", "text").output.split())
    assert "Unknown channel of leads: “trade_show”." in table
    assert "6 rows with €1,234.56, $1.50 of ad spend" in table
