"""The report's packages are an extra: the tap does without them, and who lacks them is told."""

import subprocess
import sys

import pytest

PACKAGES = ("altair", "babel", "duckdb", "jinja2", "vl_convert", "psycopg")

TAP = f"""
import sys
import tap_stripe_apex.tap
print(sorted(set(sys.modules) & set({PACKAGES!r})))
"""

WITHOUT = """
import sys
sys.modules[sys.argv[1]] = None
from stripe_apex.cli import main
main(["report", "--warehouse", sys.argv[2], "--output", sys.argv[3]])
"""


def test_the_tap_imports_nothing_of_the_report():
    done = subprocess.run([sys.executable, "-c", TAP], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("package", ["altair", "babel", "duckdb", "vl_convert"])
def test_one_line_names_the_extra_where_a_package_is_missing(package, warehouse_of, tmp_path):
    command = [sys.executable, "-c", WITHOUT, package, warehouse_of("small"), tmp_path / "r.html"]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "install tap-stripe-apex[report]" in done.stderr
    assert done.stderr.count("\n") == 1
