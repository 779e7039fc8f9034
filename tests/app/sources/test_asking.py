"""On a terminal, what is not clear is asked; a yes loads."""

import os
import pty
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

SHEET = "Day,Campaign,Cost\n03/11/2026,A,1.50\n04/11/2026,A,2.50\n"


def typed(imports, file, answers):
    """`stripe-apex import` in a terminal, with these answers; the exit code and what was shown."""
    command = [str(Path(sys.executable).with_name("stripe-apex")), "import"]
    here, there = pty.openpty()
    with subprocess.Popen(
        [*command, "--warehouse", imports.address, str(file)],
        stdin=there,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        os.close(there)
        os.write(here, "".join(f"{answer}\n" for answer in answers).encode())
        shown = process.stdout.read().decode()
    os.close(here)
    return process.returncode, shown


def test_each_question_is_asked_and_the_answers_are_taken(imports):
    file = imports.file("spend.csv", SHEET)
    code, shown = typed(imports, file, ["day-first", "meta_ads", "EUR", "y"])
    assert code == 0, shown
    assert "which ad platform was paid" in shown
    (first, second) = imports.rows("ad_spend")
    assert str(first["spend_date"]) == "2026-11-03"
    assert first["platform"] == "meta_ads"
    assert first["spend"] + second["spend"] == Decimal(4)


def test_a_no_loads_nothing(imports):
    file = imports.file("spend.csv", SHEET)
    code, _ = typed(imports, file, ["day-first", "meta_ads", "EUR", "n"])
    assert code == 1
    assert imports.everything() == {}
