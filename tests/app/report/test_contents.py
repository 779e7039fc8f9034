"""The page begins with what it holds, hides no symbol, and explains its words."""

import re

from stripe_apex.report.charts.channels import MODELS, RULES
from tests.app.report.test_page import Visit


def test_the_contents_lead_to_each_section(browser, page_of):
    with Visit(browser, page_of("small"), viewport={"width": 1280, "height": 900}) as visit:
        page = visit.page
        links = page.locator("nav a").evaluate_all("all => all.map(one => one.hash.slice(1))")
        titled = page.locator("main > section[id]").evaluate_all("all => all.map(one => one.id)")
        assert set(titled) <= set(links)
        for name in links:
            assert page.locator(f"[id='{name}']").count() == 1, name
        beside, main = (page.locator(name).bounding_box() for name in ("nav ul", "main"))
        assert beside["x"] + beside["width"] <= main["x"]


def test_on_a_telephone_the_contents_stand_on_top(browser, page_of):
    with Visit(browser, page_of("small"), viewport={"width": 390, "height": 844}) as visit:
        contents, main = (visit.page.locator(name).bounding_box() for name in ("nav", "main"))
        assert contents["y"] + contents["height"] <= main["y"]
        assert contents["height"] < 260


def test_no_attribution_models_symbol_lies_upon_another(browser, page_of):
    """Also where all models say the same, as they do for email."""
    for width, name in ((1280, "wide"), (390, "narrow")):
        with Visit(browser, page_of("small"), viewport={"width": width, "height": 900}) as visit:
            boxes = visit.page.locator(f"#models div.{name} .mark-symbol path").evaluate_all(
                "all => all.map(one => one.getBoundingClientRect().toJSON())"
            )
            assert len(boxes) == 11
            for number, one in enumerate(boxes):
                for other in boxes[:number]:
                    across = min(one["right"], other["right"]) - max(one["left"], other["left"])
                    down = min(one["bottom"], other["bottom"]) - max(one["top"], other["top"])
                    assert across <= 1 or down <= 1, (one, other)


def test_each_model_says_how_it_shares_a_payment(page_of):
    assert set(RULES) == set(MODELS)
    page = page_of("small").read_text()
    for model in ("first_touch", "last_touch", "linear", "position_based"):
        assert RULES[model] in page


def test_the_words_of_the_trade_are_explained_once(page_of):
    page = page_of("small").read_text()
    for word in (
        *("ROAS", "CAC", "CPL", "LTV", "Payback", "Cohort", "95% interval", "Kept"),
        *("CAC / monthly revenue per customer", "p of the split", "Net revenue after the window"),
    ):
        assert len(re.findall(f"<dt>{word}</dt>", page)) == 1
