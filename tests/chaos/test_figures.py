"""docs/reliability.md has the figures of many campaigns, and explains every kind of fault."""

from tests.chaos.campaign import KINDS
from tests.chaos.figures import DOCUMENT, FIGURES


def test_the_document_has_the_figures_of_many_campaigns_in_which_nothing_was_lost():
    (figures,) = FIGURES.findall(DOCUMENT.read_text())
    cells = [line.strip("| ").split(" | ") for line in figures.splitlines()]
    rows = {row[0]: row[-1] for row in cells}
    assert int(rows["campaigns"].split(", ")[0].replace(",", "")) >= 100
    assert rows["records lost or wrong"] == "0"
    assert rows["secrets and addresses shown"] == "0"
    assert rows["runs that ended without one clear line"] == "0"
    assert all(int(rows[kind].replace(",", "")) > 0 for kind in KINDS)


def test_every_kind_of_fault_is_explained_as_the_campaigns_have_it():
    (figures,) = FIGURES.findall(DOCUMENT.read_text())
    for kind, what in KINDS.items():
        assert f"| {kind} | {what} |" in figures
