"""The report says how much revenue is matched, and by what."""

from tests.app.report.conftest import run_report
from tests.app.report.marts import Marts


def test_the_share_that_is_matched_is_told_by_each_way(tmp_path):
    marts = Marts()
    for minor, status in ((6_000, "direct"), (1_500, "by_reference"), (2_500, "none")):
        marts.charge(minor)
        marts.rows["fct_revenue"][-1]["match_status"] = status
    page = tmp_path / "report.html"
    warehouse = marts.write(tmp_path / "warehouse.duckdb")
    assert run_report("--warehouse", warehouse, "--output", page).exit_code == 0
    assert (
        "75% of net revenue is matched: 60% by the email and 15% by a reference that the payment "
        "carries."
    ) in page.read_text(encoding="utf-8")
