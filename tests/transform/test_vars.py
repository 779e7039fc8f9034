"""A var that would silently give wrong numbers stops the run with its remedy."""

from __future__ import annotations

import shutil

import pytest

from tests.transform.warehouse import PROJECT, BuildError, dbt

cases = pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("attribution_models", ["luck"], "Unknown attribution model 'luck'. Choose from: first_"),
        ("attribution_models", "linear", "Var 'attribution_models' must be a list of texts in"),
        ("attribution_models", [], "Var 'attribution_models' must name at least one."),
        ("default_attribution_model", "luck", "'default_attribution_model' must be one of"),
        ("conversion_window_days", 0, "Var 'conversion_window_days' must be a whole number"),
        ("excluded_channels", "direct", "Var 'excluded_channels' must be a list of texts in"),
        ("excluded_channels", ["Direct"], "Var 'excluded_channels' must be a list of texts in"),
        ("own_hosts", "shop.example", "Var 'own_hosts' must be a list of texts in lower case"),
        ("recurring_credit", "always", "Var 'recurring_credit' must be one of: window, first_"),
        ("revenue_basis", "gross", "Var 'revenue_basis' must be one of: net, kept."),
        ("margin_percent", 0, "Var 'margin_percent' must be a number above 0 and up to 100"),
        ("margin_percent", {"usd": "60"}, "or one for each currency, like {usd: 60, eur: 55}"),
        ("reporting_currency", "USD", "Var 'reporting_currency' must be in lower case, like usd."),
        ("attribution_window_days", 0, "Var 'attribution_window_days' must be a whole number"),
        ("history_complete", "yes", "Var 'history_complete' must be one of: none, true, false."),
        ("count_charges_of_zero", "no", "Var 'count_charges_of_zero' must be one of: true, false."),
        ("visit_timeout_minutes", -1, "Var 'visit_timeout_minutes' must be a whole number, 0 for"),
        ("lead_window_days", "x", "Var 'lead_window_days' must be a whole number, 0 for life."),
        ("experiment_cuped_days", "x", "Var 'experiment_cuped_days' must be a whole number, 0 for"),
    ],
)  # fmt: skip


@pytest.fixture(scope="module")
def small_project(tmp_path_factory):
    """The project's settings, vars and macros, with one model: dbt parses it in a moment."""
    folder = tmp_path_factory.mktemp("small")
    shutil.copy(PROJECT / "dbt_project.yml", folder)
    (folder / "macros").symlink_to(PROJECT / "macros")
    (folder / "models").mkdir()
    (folder / "models" / "stg_fx__rates.sql").write_text("select 1 as rate")
    return folder


@cases
def test_a_var_without_a_meaning_stops_the_run(name, value, remedy, small_project, tmp_path):
    with pytest.raises(BuildError) as failure:
        run(tmp_path, {name: value}, small_project)
    assert remedy in str(failure.value)
    assert not (tmp_path / "target" / "run_results.json").exists()


@pytest.mark.parametrize("number", range(3))
def test_the_models_can_be_parsed_with_them_up_to_the_check(number, tmp_path):
    """Nothing else fails first, so that the remedy is what people see: all vars at once."""
    by_name = {}
    for name, value, remedy in cases.args[1]:
        by_name.setdefault(name, []).append((value, remedy))
    chosen = {name: each[min(number, len(each) - 1)] for name, each in by_name.items()}
    with pytest.raises(BuildError) as failure:
        run(tmp_path, {name: value for name, (value, _) in chosen.items()}, PROJECT)
    assert any(remedy in str(failure.value) for _, remedy in chosen.values())
    assert not (tmp_path / "target" / "run_results.json").exists()


def test_vars_with_a_meaning_pass_the_check(small_project, tmp_path):
    run(tmp_path, {}, small_project)


def run(folder, settings, project):
    dbt(folder, "run", "--select", "stg_fx__rates", settings=settings, project=project)
