"""Files on the page in a real browser: dropped or chosen, by mouse, by keyboard, without script."""

from __future__ import annotations

from decimal import Decimal

from playwright.sync_api import expect

from stripe_apex.connect.uploads import Limits
from stripe_simulator.keys import DEFAULT_KEY
from tests.app.sources import exports
from tests.browser import drop_files

expect.set_options(timeout=20_000)  # reading a file takes its time on a busy machine

THREE = (exports.GOOGLE_CSV, exports.META_CSV, exports.HUBSPOT)
UNCLEAR = exports.Export(
    "days.csv",
    b"Day,Campaign,Cost,Platform\n03/11/2026,a,1,Meta\n04/11/2026,a,2,Meta\n",
    "ad_spend",
    2,
    {},
)
BROKEN = exports.Export(
    "broken.csv", b"Day,Campaign,Currency,Cost\n2026-11-01,a,USD,x1\n", "", 0, {}
)


def drop(tab, *files):
    """Let go of files over the page."""
    drop_files(tab, {each.name: each.content for each in files})


def chosen(*files):
    return [{"name": each.name, "mimeType": "text/csv", "buffer": each.content} for each in files]


def title(tab, words):
    expect(tab.get_by_role("heading", level=1)).to_have_text(words)


def test_three_files_are_dropped_shown_imported_and_taken_back(
    project, serve_page, visit, warehouse
):
    visitor = visit()
    tab = visitor.open(serve_page(project=project(), api_key=DEFAULT_KEY).link)
    expect(tab.locator(".rows.none")).to_have_count(4)
    expect(tab.get_by_role("button", name="Sync now")).to_be_visible()
    visitor.look(tab, "sources")
    drop(tab, *THREE)
    title(tab, "Is this right?")
    expect(tab.get_by_text("3,158.62 EUR")).to_be_visible()
    expect(tab.get_by_text("totals: rows 8, 9")).to_be_visible()
    visitor.look(tab, "files")
    assert warehouse.everything() == {}
    tab.get_by_role("button", name="Only import").click()
    title(tab, "Sources")
    expect(tab.locator(".told")).to_contain_text("Import 3: 3 rows of hubspot")
    expect(tab.get_by_role("button", name="Update the report")).to_be_visible()
    spend = tab.get_by_role("region", name="Ad spend")
    expect(spend).to_contain_text("8 rows")
    expect(spend).to_contain_text("1 November 2026 to 3 November 2026")
    tab.get_by_text("Undo the last import").click()
    visitor.look(tab, "imported")
    tab.get_by_role("button", name="Undo import 3").click()
    expect(tab.locator(".told")).to_contain_text("Undone: import 3, 3 rows")
    expect(tab.get_by_role("region", name="Leads")).to_contain_text("None yet")
    assert warehouse.sums() == {"eur": Decimal("3158.62"), "usd": Decimal("151.53")}


def test_one_press_imports_and_updates_the_report(project, serve_page, visit, warehouse):
    root = project()
    tab = visit().open(serve_page(project=root, api_key=DEFAULT_KEY).link)
    expect(tab.get_by_role("button", name="Sync now")).to_be_visible()
    tab.locator("#files").set_input_files(chosen(exports.META_CSV))
    tab.get_by_role("button", name="Import and update the report").click()
    expect(tab.locator("#stage")).to_have_text("Reading charges: 63%")
    expect(tab.get_by_text("Files can be added when the sync has ended.")).to_be_visible()
    drop(tab, exports.GOOGLE_CSV)  # nothing takes it
    (root / "go").touch()
    expect(tab.locator(".done")).to_have_text("Synced. 19,407 records were read.")
    expect(tab.get_by_role("button", name="Update the report")).to_have_count(0)
    assert warehouse.sums() == {"usd": Decimal("151.53")}


def test_the_keyboard_answers_what_is_asked(serve_page, visit, warehouse):
    visitor = visit()
    tab = visitor.open(serve_page().link)
    expect(tab.get_by_text("None yet").first).to_be_visible()
    files = tab.get_by_label("Drop exports here, or choose files")
    files.focus()
    expect(files).to_be_focused()
    expect(files).to_have_accessible_description(tab.locator("#files-hint").inner_text())
    files.set_input_files(chosen(UNCLEAR))

    def press(role, name, key="Enter"):
        for _ in range(12):
            if tab.get_by_role(role, name=name).evaluate("e => e === document.activeElement"):
                break
            tab.keyboard.press("Tab")
        expect(tab.get_by_role(role, name=name)).to_be_focused()
        tab.keyboard.press(key)

    expect(tab.get_by_role("group", name="Which part of its dates comes first?")).to_be_visible()
    visitor.look(tab, "question")
    press("button", "The day: 03/11 is 3 November")
    expect(tab.get_by_label("Which currency?")).to_be_visible()
    press("textbox", "Which currency?", "e")
    tab.keyboard.type("ur")
    tab.keyboard.press("Enter")
    title(tab, "Is this right?")
    press("button", "Import")
    title(tab, "Sources")
    assert warehouse.sums() == {"eur": Decimal(3)}


def test_a_refused_file_says_why_and_can_be_left_out(serve_page, visit):
    visitor = visit()
    tab = visitor.open(serve_page().link)
    drop(tab, BROKEN, exports.META_CSV)
    reason = tab.get_by_role("alert")
    expect(reason).to_contain_text("row 2: x1 in the column Cost is no number")
    expect(tab.get_by_role("button", name="Import", exact=True)).to_have_count(0)
    visitor.look(tab, "refused-file")
    tab.get_by_role("button", name="Leave this file out").first.click()
    expect(tab.get_by_role("alert")).to_have_count(0)
    expect(tab.get_by_role("button", name="Import", exact=True)).to_be_visible()
    tab.get_by_role("button", name="Cancel").click()
    title(tab, "Sources")


def test_what_is_being_typed_survives_what_other_tabs_do(stripe, serve_page, visit):
    page, visitor = serve_page(), visit()
    first, second = visitor.open(page.link), visitor.open(page.origin)
    drop(first, UNCLEAR)
    expect(first.get_by_role("group", name="Which part")).to_be_visible()
    first.get_by_text("Say more about this file").click()
    first.get_by_label("Value").fill("Europe/Ber")
    second.get_by_role("link", name="Connect").click()
    second.get_by_label("Restricted key").fill(DEFAULT_KEY)
    second.get_by_role("button", name="Connect").click()
    expect(second.locator(".badge")).to_have_text("Connected")
    expect(first.get_by_label("Value")).to_have_value("Europe/Ber")
    expect(second.get_by_text("1 file waits for your answer")).to_be_visible()


def test_files_that_are_too_large_are_not_even_sent(serve_page, visit):
    tab = visit().open(serve_page(limits=Limits(size=100)).link)
    field = tab.locator("#files")
    field.set_input_files(chosen(exports.META_CSV))
    assert "too large" in field.evaluate("e => e.validationMessage")
    title(tab, "Sources")


def test_without_javascript_files_are_imported_too(serve_page, visit, warehouse):
    tab = visit(java_script_enabled=False).open(serve_page().link)
    tab.locator("#files").set_input_files(chosen(UNCLEAR))
    tab.get_by_role("button", name="Read the files").click()
    tab.get_by_role("button", name="The day: 03/11 is 3 November").click()
    tab.get_by_label("Which currency?").fill("usd")
    tab.get_by_role("button", name="Go on").click()
    tab.get_by_role("button", name="Import", exact=True).click()
    expect(tab.locator(".told")).to_contain_text("Import 1: 2 rows of days.csv.")
    tab.get_by_text("Undo the last import").click()
    tab.get_by_role("button", name="Undo import 1").click()
    expect(tab.locator(".told")).to_contain_text("Undone: import 1")
    assert warehouse.sums() == {}
