"""The page in a real browser: it asks nobody, complains of nothing and can be read by all."""

import json
import re

import altair as alt
import pytest

from tests.app.report.scenarios import SCENARIOS
from tests.browser import violations

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


class Visit:
    """A page, what it asked for and what it complained of."""

    def __init__(self, browser, file, **options):
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.requests, self.complaints = [], []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        self.page.goto(file.as_uri())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.context.close()

    @property
    def width(self):
        return self.page.evaluate("document.documentElement.scrollWidth")


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_page_asks_nobody_and_fits_and_can_be_read_by_all(browser, page_of, scenario):
    file = page_of(scenario)
    for width, scheme in ((1280, "dark"), (390, "light")):
        options = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
        with Visit(browser, file, **options) as visit:
            visit.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
            assert violations(visit.page) == []
            assert visit.width <= width
            assert [url for url in visit.requests if not url.startswith("data:")] == [file.as_uri()]
            assert visit.complaints == []
            assert visit.page.locator("script, iframe, object, base, form").count() == 0


@pytest.mark.slow
def test_the_policy_stands_in_the_page(page_of):
    assert f'content="{POLICY}"' in page_of("small").read_text()


@pytest.mark.slow
def test_no_id_is_used_twice(page_of):
    ids = re.findall(r'\sid="([^"]+)"', page_of("small").read_text())
    assert len(ids) == len(set(ids)) > 10


def test_a_hostile_name_is_shown_and_nothing_else(browser, page_of):
    with Visit(browser, page_of("hostile")) as visit:
        text = visit.page.locator("#models table").text_content()
        assert "<script>fetch('https://evil.example')</script>" in text
        assert '"><img src=x onerror=alert(1)>' in text
        assert "{{ 7*7 }}" in text
        assert "👩‍👩‍👧 🎉 café" in text
        assert "שלום" in text
        assert visit.page.locator("img, b").count() == 0
        assert "\u202e" not in visit.page.content()
        assert "\x1b" not in visit.page.content()


def test_a_desk_sees_wide_charts_and_a_telephone_narrow_ones(browser, page_of):
    for width, shown, hidden in ((1280, "wide", "narrow"), (390, "narrow", "wide")):
        with Visit(browser, page_of("small"), viewport={"width": width, "height": 800}) as visit:
            assert visit.page.locator(f"div.chart.{shown} svg:visible").count() == 13
            assert visit.page.locator(f"div.chart.{hidden} svg:visible").count() == 0


def test_in_the_dark_the_charts_are_drawn_in_light_ink(browser, page_of):
    lightness = {}
    for scheme in ("light", "dark"):
        with Visit(browser, page_of("small"), color_scheme=scheme) as visit:
            colour = visit.page.locator("#economics div.wide text").first.evaluate(
                "element => getComputedStyle(element).fill"
            )
            lightness[scheme] = sum(map(int, re.findall(r"\d+", colour)))
    assert lightness["light"] + 100 < lightness["dark"]


def test_on_paper_everything_is_there_but_what_only_a_screen_can_do(browser, page_of):
    with Visit(browser, page_of("small"), color_scheme="dark") as visit:
        visit.page.emulate_media(media="print")
        assert not visit.page.locator("summary").first.is_visible()
        assert visit.page.locator("div.chart.wide svg").first.is_visible()
        background = "getComputedStyle(document.body).backgroundColor"
        assert visit.page.evaluate(background) == "rgb(255, 255, 254)"
        assert visit.page.pdf(format="A4").startswith(b"%PDF")


def test_an_empty_page_says_why_and_what_to_connect(browser, page_of):
    with Visit(browser, page_of("empty")) as visit:
        assert visit.page.locator("h1").text_content() == "There is no revenue in these days yet."
        empty = visit.page.locator(".empty").all_text_contents()
        assert len(empty) == 11
        line = visit.page.locator("#absent summary")
        assert line.text_content().startswith("Nothing to show for: return on ad spend, ")
        assert line.bounding_box()["height"] < 60
        assert not visit.page.locator(".empty").first.is_visible()
        for name in ("ad_spend", "touchpoints", "experiment_exposures", "date_range"):
            assert any(name in text for text in empty), name
        assert any("There are no leads and no visits yet. Import a file" in text for text in empty)
        assert visit.page.locator("figure").count() == 0


def test_without_spend_the_page_does_not_say_where_to_spend(browser, page_of):
    with Visit(browser, page_of("one_currency")) as visit:
        assert "Spend more" not in visit.page.locator("body").text_content()
        assert visit.page.locator(".sure h2").text_content().strip() == "Not sure"
        assert "¥6,010" in visit.page.locator("#figures .cards").text_content()


def test_a_failed_check_is_said_on_top_and_shown_with_its_figures(browser, page_of):
    with Visit(browser, page_of("wrong_sums")) as visit:
        assert "4 of 8 checks failed" in visit.page.locator("header > *").first.text_content()
        title = "Do not use these figures: 4 of 8 checks failed."
        assert visit.page.locator("h1").text_content() == title
        assert visit.page.locator(".sure, .findings").count() == 0
        titles = visit.page.locator("#economics h2").all_text_contents()
        assert set(titles) == {"What spend brought back cannot be said while checks fail"}
        assert visit.page.locator("#checks details").first.evaluate("details => details.open")
        assert "✕ failed" in visit.page.locator("#checks table").first.text_content()


def test_an_uneven_split_is_warned_of(browser, page_of):
    with Visit(browser, page_of("small")) as visit:
        section = visit.page.locator("#experiments")
        assert "find the fault in the assignment" in section.text_content()
        assert "Of 4 comparisons, 1 raised revenue" in section.locator("h2").text_content()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_with_a_script_the_charts_have_tooltips_and_still_ask_nobody(browser, page_of, scheme):
    file = page_of("small", "--interactive")
    options = {"viewport": {"width": 1280, "height": 900}, "color_scheme": scheme}
    with Visit(browser, file, **options) as visit:
        page = visit.page
        # Until the last chart is drawn again, the page may still move under the mouse.
        page.wait_for_function(
            "Array.from(document.querySelectorAll('[data-chart]'))"
            ".every(place => place.querySelector('.vega-embed svg'))"
        )
        point = page.locator("#economics div.wide .mark-symbol path").first
        point.hover()
        tooltip = page.locator("#vg-tooltip-element.visible")
        tooltip.wait_for()
        assert "paid search" in tooltip.text_content()
        assert near(point.bounding_box(), tooltip.bounding_box())
        assert violations(page) == []
        assert tooltip.is_visible()  # so it was judged, too
        assert visit.complaints == []
        assert visit.requests == [file.as_uri()]


def near(point, tooltip):
    """Whether a tooltip begins or ends at most 40 pixels from a point, each way."""
    return all(
        point[start] - tooltip[size] - 40 <= tooltip[start] <= point[start] + point[size] + 40
        for start, size in (("x", "width"), ("y", "height"))
    )


@pytest.mark.slow
def test_the_page_allows_its_own_script_alone(page_of):
    head = page_of("small", "--interactive").read_text().split("</head>")[0]
    assert "script-src 'sha256-" in head
    assert "unsafe-eval" not in head


@pytest.mark.slow
@pytest.mark.parametrize(
    ("locale", "amount", "day"),
    [("de_DE", "1.234.567,890\u00a0KWD", "30.06.2026"), ("en_GB", "US$", "30 Jun 2026")],
)
def test_numbers_and_dates_are_written_as_the_locale_does(page_of, locale, amount, day):
    text = page_of("ten_currencies", f"--locale={locale}").read_text()
    assert day in text
    assert amount in text


@pytest.mark.slow
def test_every_chart_is_valid_vega_lite(page_of):
    """Altair does not look while a page is drawn: that would take a quarter of its time."""
    page = page_of("small", "--interactive").read_text()
    charts = json.loads(re.search(r'id="charts"[^>]*>(.*?)</script>', page)[1])
    assert len(charts) > 20
    for chart in charts.values():
        alt.TopLevelSpec.validate(chart)
