"""What a warehouse is said to hold, on both engines."""

from __future__ import annotations

from datetime import date

from stripe_apex.sources.holdings import Holding, holdings
from tests.app.sources import exports


def test_rows_days_and_currencies_are_those_that_were_imported(imports_anywhere):
    for export in (exports.GOOGLE_CSV, exports.META_CSV, exports.HUBSPOT, exports.UMAMI):
        imports_anywhere.load(imports_anywhere.file(export.name, export.content))
    found = holdings(imports_anywhere.address)
    assert found.kinds["ad_spend"] == Holding(8, date(2026, 11, 1), date(2026, 11, 3))
    assert found.kinds["leads"] == Holding(3, date(2026, 11, 3), date(2026, 11, 5))
    assert found.kinds["touchpoints"].rows == exports.UMAMI.rows
    assert found.kinds.keys() == {"ad_spend", "leads", "touchpoints"}
    assert found.currencies == ["eur", "usd"]
    assert [each.file_name for each in found.imports][-1] == exports.GOOGLE_CSV.name


def test_a_warehouse_that_is_not_there_holds_nothing(tmp_path):
    assert holdings(str(tmp_path / "none.duckdb")).kinds == {}
    assert not (tmp_path / "none.duckdb").exists()
