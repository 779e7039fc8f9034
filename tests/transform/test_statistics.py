"""The distributions that the models integrate agree with SciPy's and with GrowthBook's engine."""

from __future__ import annotations

import random
import sys
from datetime import timedelta

import pytest

from tests import skips
from tests.transform.reference.experiments import Arm
from tests.transform.reference.inference import covariance, mean
from tests.transform.worlds import NOON, Charge, Experiment, Exposure, Lead, World

# n, mean and variance of the variant, then of control; then SciPy 1.17's two-sided p-value and the
# lower end of the interval of the difference.
WELCH = [
    pytest.param(*case, id=f"{case[0]} and {case[3]} visitors")
    for case in [
        (2, 10.0, 4.0, 3, 7.0, 9.0, 0.27389275644110117, -4.197363065258568),
        (5, 103.25, 900.0, 4, 100.0, 2500.0, 0.9135490653293279, -71.18192114848308),
        (30, 12.0, 16.0, 28, 9.0, 25.0, 0.015162868553514803, 0.6032793459765071),
        (
            1749,
            14019.8,
            1100000000.0,
            1829,
            8807.9,
            420000000.0,
            2.0345272552675156e-08,
            3395.0606390373923,
        ),
        (
            250000,
            501.0,
            90000.0,
            249000,
            498.0,
            88000.0,
            0.00038261649244794056,
            1.3445355721190606,
        ),
        (40, 5.0, 1.0, 40, 25.0, 1.0, 2.3088421704244672e-80, -20.445166937866915),
    ]
]


@pytest.fixture(scope="module")
def arms(project):
    """A run on an empty world, whose tables a test fills by its own numbers."""
    return project.run(World())


def put(results, table, rows):
    """Replace the rows of an intermediate table; what is not given is null."""
    results.rows(f"delete from warehouse.intermediate.{table}")
    for row in rows:
        values = ", ".join(map(repr, row.values()))
        results.rows(
            f"insert into warehouse.intermediate.{table} ({', '.join(row)}) values ({values})"
        )


def pair(experiment, treated, control, variant="variant_b"):
    """Two variants of n visitors with a mean and a variance each, as a row of the pairs."""
    (n, mean, variance), (n_control, mean_control, variance_control) = treated, control
    return {
        "experiment_id": experiment,
        "variant": variant,
        "n": n,
        "control_n": n_control,
        "difference": mean - mean_control,
        "treated_variance": variance / n,
        "control_variance": variance_control / n_control,
        "base": mean_control,
        "base_variance": variance_control / n_control,
        "base_covariance": -variance_control / n_control,
    }


def compared(results, project, pairs):
    """What the models say of these pairs, by experiment and variant."""
    put(results, "int_experiments__pairs", pairs)
    results.rows("delete from warehouse.intermediate.int_experiments__p_values")
    results.rows(
        "insert into warehouse.intermediate.int_experiments__p_values"
        f" {sql_of(project, 'int_experiments__p_values')}"
    )
    table = results.warehouse.execute(sql_of(project, "int_experiments__comparisons"))
    names = [column[0] for column in table.description]
    rows = [dict(zip(names, row, strict=True)) for row in table.fetchall()]
    return {(row["experiment_id"], row["variant"]): row for row in rows}


def sql_of(project, name):
    return next(step.sql for step in project.models if step.name == name)


@pytest.mark.parametrize(
    ("n", "mean", "variance", "n_control", "mean_control", "variance_control", "p", "low"), WELCH
)
def test_welch_agrees_with_scipy(
    arms, project, n, mean, variance, n_control, mean_control, variance_control, p, low
):
    row = pair("exp", (n, mean, variance), (n_control, mean_control, variance_control))
    found = compared(arms, project, [row])["exp", "variant_b"]
    assert found["p_value"] == found["adjusted_p_value"] == pytest.approx(p, rel=1e-7)
    assert found["difference_low"] == pytest.approx(low, rel=1e-7)


def test_the_intervals_of_difference_and_lift_never_disagree(arms, project):
    """Also where a lift has no bounds, since control earned too little to compare with."""
    dice = random.Random(11)
    pairs = []
    for number in range(300):
        base = dice.lognormvariate(3, 2)
        treated = dice.randint(2, 400), base * dice.lognormvariate(0, 0.6), base**2 * dice.random()
        pairs.append(pair(f"exp_{number}", treated, (dice.randint(2, 400), base, base**2)))
    unbounded = apart = 0
    for row in compared(arms, project, pairs).values():
        for prefix in ("", "always_valid_"):
            low, high = row[f"{prefix}difference_low"], row[f"{prefix}difference_high"]
            p_value = row[f"adjusted_{prefix}p_value"]
            lifts = row[f"{prefix}lift_low"], row[f"{prefix}lift_high"]
            assert (p_value < 0.05) == (low > 0 or high < 0)
            if None in lifts:
                assert lifts == (None, None)
                unbounded += 1
            else:
                assert lifts[0] <= row["lift"] <= lifts[1]
                assert ((low > 0), (high < 0)) == ((lifts[0] > 0), (lifts[1] < 0))
                apart += low > 0 or high < 0
    assert unbounded > 20
    assert apart > 20


def test_an_effect_is_shown_where_control_earned_too_little_for_a_lift(arms, project):
    row = compared(arms, project, [pair("exp", (50, 100.0, 400.0), (4, 5.0, 36.0))])
    found = row["exp", "variant_b"]
    assert found["difference_low"] > 0
    assert found["lift"] == pytest.approx(19)
    assert found["lift_low"] is None
    assert found["lift_high"] is None


def test_several_variants_are_corrected_for_and_their_intervals_too(arms, project):
    """Alone, each would be below 0.05; by Holm, the first of three is tested at a third of it."""
    control = 400, 100.0, 40_000.0
    means = {"variant_b": 142.0, "variant_c": 129.0, "variant_d": 71.0}
    pairs = [pair("exp", (400, mean, 40_000.0), control, name) for name, mean in means.items()]
    found = {name: row for (_, name), row in compared(arms, project, pairs).items()}
    b, c, d = (found[name] for name in means)
    assert max(row["p_value"] for row in found.values()) < 0.05
    assert b["adjusted_p_value"] == pytest.approx(3 * b["p_value"])
    assert c["adjusted_p_value"] == pytest.approx(2 * c["p_value"], rel=1e-6)
    assert d["adjusted_p_value"] == pytest.approx(2 * c["p_value"], rel=1e-6)
    assert b["difference_low"] > 0
    for row in (c, d):
        assert row["adjusted_p_value"] > 0.05
        assert row["difference_low"] < 0 < row["difference_high"]


def moments(variant, before, after):
    """A row of the moments, of visitors with these revenues before and after the exposure."""
    arm = Arm(after, before)
    return {
        "experiment_id": "exp",
        "variant": variant,
        "is_known": True,
        "visitors": arm.n,
        "n": arm.n,
        "sum_y": sum(after),
        "sum_x": sum(before),
        "sum_xx": sum(value**2 for value in before),
        "sum_xy": sum(a * b for a, b in zip(before, after, strict=True)),
        "mean_y": float(mean(after)),
        "mean_x": float(mean(before)),
        "var_y": float(covariance(after, after)),
        "var_x": float(covariance(before, before)),
        "cov_xy": float(covariance(before, after)),
    }


def test_a_third_variant_changes_nothing_in_the_comparison_of_two(arms, project):
    """CUPED has a theta for each comparison: in the third, who paid before pays less."""
    two = [
        moments("control", [100, 200, 300, 400], [110, 190, 320, 400]),
        moments("variant_b", [100, 250, 300, 500], [150, 300, 340, 560]),
    ]
    third = moments("variant_c", [100, 200, 300, 900], [900, 500, 300, 100])
    found = []
    for rows in (two, [*two, third]):
        put(arms, "int_experiments__moments", rows)
        pairs = arms.rows(f"select * from ({sql_of(project, 'int_experiments__pairs')})")
        found.append([row for row in pairs if row[1] == "variant_b"])
    assert found[0] == found[1]
    before, after = (
        [*a, *b]
        for a, b in (
            ([100, 200, 300, 400], [100, 250, 300, 500]),
            ([110, 190, 320, 400], [150, 300, 340, 560]),
        )
    )
    theta = covariance(before, after) / covariance(before, before)
    assert found[0][0][2] == pytest.approx(float(theta))


@pytest.mark.parametrize(
    ("visitors", "p"),
    [
        pytest.param([500, 500], 1.0, id="even"),
        pytest.param([520, 480], 0.2059032107320683, id="a little off"),
        pytest.param([5200, 4800], 6.334248366623996e-05, id="the same share of many"),
        pytest.param([100, 120, 80], 0.01831563888873418, id="three variants"),
    ],
)
def test_the_check_of_shares_agrees_with_scipy(arms, project, visitors, p):
    names = ["control", "variant_b", "variant_c"]
    rows = [
        {
            "experiment_id": "exp",
            "variant": names[i],
            "variants": len(visitors),
            "n": n,
            "all_visitors": sum(visitors),
        }
        for i, n in enumerate(visitors)
    ]
    put(arms, "int_experiments__moments", rows)
    found = arms.rows(
        f"select srm_p_value from ({sql_of(project, 'int_experiments__sample_ratios')})"
    )
    assert found == [(pytest.approx(p, rel=1e-7),)]


@pytest.fixture(scope="module")
def payers():
    """300 exposed visitors of whom a third pay, some before the exposure too."""
    dice, seen = random.Random(7), NOON - timedelta(days=40)
    charges, leads, exposures = [], [], []
    for number in range(300):
        variant = dice.choice(["control", "variant_b"])
        exposures.append(
            Exposure(experiment_id="exp", variant=variant, visitor_id=f"v{number}", exposed_at=seen)
        )
        if dice.random() < 0.4:
            email = f"p{number}@example.com"
            leads.append(Lead(lead_id=f"l{number}", email=email, visitor_id=f"v{number}"))
            for days in dice.sample([-20, -10, -3, 1, 4, 9], dice.randint(1, 4)):
                charges.append(
                    Charge(
                        id=f"ch_{number}_{days}",
                        customer_email=email,
                        created=seen + timedelta(days=days),
                        amount=int(dice.lognormvariate(8, 1)) + 500 * (variant != "control"),
                        settled_currency="eur",
                        settled_amount=dice.randint(1000, 9000),
                    )
                )
    start = seen - timedelta(days=1)
    return World(
        charges=charges,
        leads=leads,
        experiment_exposures=exposures,
        experiments=[Experiment(experiment_id="exp", started_at=start)],
    )


@pytest.mark.skipif(sys.version_info >= (3, 12), reason=skips.NO_GBSTATS)
def test_an_experiment_agrees_with_growthbook(project, settings, payers):
    """Including zeros; with CUPED and a cap where the settings say so."""
    from gbstats.frequentist.tests import (
        FrequentistConfig,
        SequentialConfig,
        SequentialTwoSidedTTest,
        TwoSidedTTest,
    )
    from gbstats.models.statistics import (
        RegressionAdjustedStatistic,
        SampleMeanStatistic,
        compute_theta,
    )

    results = project.run(payers)
    samples = {"control": ([], []), "variant_b": ([], [])}
    rows = results.rows(
        "select variant, revenue_minor, revenue_before_minor"
        " from warehouse.intermediate.int_experiments__visitors"
    )
    paid = sorted(after for _, after, _ in rows if after > 0)
    share = settings.experiment_cap_percentile
    limit = paid[-1] if share is None else paid[int(-(-share * len(paid) // 1)) - 1]
    for variant, after, before in rows:
        samples[variant][0].append(min(after, limit))
        samples[variant][1].append(before)

    def sums(values):
        squares = sum(value**2 for value in values)
        return SampleMeanStatistic(n=len(values), sum=sum(values), sum_squares=squares)

    def statistic(variant, theta):
        after, before = samples[variant]
        return RegressionAdjustedStatistic(
            n=len(after),
            post_statistic=sums(after),
            pre_statistic=sums(before),
            post_pre_sum_of_products=sum(a * b for a, b in zip(after, before, strict=True)),
            theta=theta,
        )

    theta = compute_theta(statistic("control", 0), statistic("variant_b", 0))
    pair = statistic("control", theta), statistic("variant_b", theta)
    absolute = TwoSidedTTest(*pair, FrequentistConfig(difference_type="absolute"))
    sequential = SequentialTwoSidedTTest(*pair, SequentialConfig(difference_type="absolute"))
    expected = [
        absolute.point_estimate / 100,
        *(value / 100 for value in absolute.confidence_interval),
        absolute.p_value,
        *(value / 100 for value in sequential.confidence_interval),
        sequential.p_value,
        absolute.point_estimate / (sum(samples["control"][0]) / len(samples["control"][0])),
    ]
    found = results.rows(
        "select difference, difference_low, difference_high, p_value, always_valid_difference_low,"
        " always_valid_difference_high, always_valid_p_value, lift"
        " from warehouse.marts.mart_experiments where variant = 'variant_b'"
    )
    assert list(found[0]) == pytest.approx(expected, rel=1e-6)
