"""The distributions that the models integrate agree with SciPy's and with GrowthBook's engine."""

from __future__ import annotations

import random
import sys
from datetime import timedelta

import pytest

from tests import skips
from tests.transform.worlds import NOON, Charge, Experiment, Exposure, Lead, World

# n, mean and variance of the variant, then of control; then SciPy 1.17's two-sided p-value, lower
# end of the interval of the difference, and upper end of that of the lift.
WELCH = [
    pytest.param(*case, id=f"{case[0]} and {case[3]} visitors")
    for case in [
        (2, 10.0, 4.0, 3, 7.0, 9.0, 0.27389275644110117, -4.197363065258568, 1.7390618914899874),
        (
            5,
            103.25,
            900.0,
            4,
            100.0,
            2500.0,
            0.9135490653293279,
            -71.18192114848308,
            0.7956671183423175,
        ),
        (
            30,
            12.0,
            16.0,
            28,
            9.0,
            25.0,
            0.015162868553514803,
            0.6032793459765071,
            0.6580608545464502,
        ),
        (
            1749,
            14019.8,
            1100000000.0,
            1829,
            8807.9,
            420000000.0,
            2.0345272552675156e-08,
            3395.0606390373923,
            0.8366825358852159,
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
            0.009358257466698473,
        ),
        (
            40,
            5.0,
            1.0,
            40,
            25.0,
            1.0,
            2.3088421704244672e-80,
            -20.445166937866915,
            -0.7871594222350364,
        ),
    ]
]


@pytest.fixture(scope="module")
def arms(project):
    """A run on an empty world, whose moments a test replaces by its own."""
    return project.run(World())


def put_arms(results, *rows):
    results.rows("delete from warehouse.intermediate.int_experiments__moments")
    for variant, n, mean, variance, visitors in rows:
        results.rows(f"""
            insert into warehouse.intermediate.int_experiments__moments
                (experiment_id, variant, variants, n, all_visitors, mean_y, adjusted_mean,
                adjusted_variance)
            values
                ('exp', '{variant}', {len(rows)}, {n}, {visitors}, {mean}, {mean}, {variance})""")


def sql_of(project, name):
    return next(step.sql for step in project.models if step.name == name)


@pytest.mark.parametrize(
    ("n", "mean", "variance", "n_control", "mean_control", "variance_control", "p", "low", "lift"),
    WELCH,
)
def test_welch_agrees_with_scipy(
    arms, project, n, mean, variance, n_control, mean_control, variance_control, p, low, lift
):
    put_arms(
        arms,
        ("variant_b", n, mean, variance, n + n_control),
        ("control", n_control, mean_control, variance_control, n + n_control),
    )
    rows = arms.rows(
        "select p_value, difference_low, lift_high"
        f" from ({sql_of(project, 'int_experiments__comparisons')})"
    )
    assert rows == [
        (
            pytest.approx(p, rel=1e-7),
            pytest.approx(low, rel=1e-7),
            pytest.approx(lift, rel=1e-7),
        )
    ]


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
    rows = [(names[i], n, 1.0, 1.0, sum(visitors)) for i, n in enumerate(visitors)]
    put_arms(arms, *rows)
    found = arms.rows(
        f"select srm_p_value from ({sql_of(project, 'int_experiments__sample_ratios')})"
    )
    assert found == [(pytest.approx(p, rel=1e-7),)]


@pytest.fixture(scope="module")
def payers():
    """300 exposed visitors of whom a third pay, some before the exposure too."""
    dice = random.Random(7)
    charges, leads, exposures = [], [], []
    for number in range(300):
        variant = dice.choice(["control", "variant_b"])
        exposures.append(Exposure(experiment_id="exp", variant=variant, visitor_id=f"v{number}"))
        if dice.random() < 0.4:
            email = f"p{number}@example.com"
            leads.append(Lead(lead_id=f"l{number}", email=email, visitor_id=f"v{number}"))
            for days in dice.sample([-20, -10, -3, 1, 4, 9], dice.randint(1, 4)):
                charges.append(
                    Charge(
                        id=f"ch_{number}_{days}",
                        customer_email=email,
                        created=NOON + timedelta(days=days),
                        amount=int(dice.lognormvariate(8, 1)) + 500 * (variant != "control"),
                        settled_currency="eur",
                        settled_amount=dice.randint(1000, 9000),
                    )
                )
    start = NOON - timedelta(days=1)
    return World(
        charges=charges,
        leads=leads,
        experiment_exposures=exposures,
        experiments=[Experiment(experiment_id="exp", started_at=start)],
    )


@pytest.mark.skipif(sys.version_info >= (3, 12), reason=skips.NO_GBSTATS)
def test_an_experiment_agrees_with_growthbook(project, settings, payers):
    """Including zeros; with CUPED and a cap where the settings say so."""
    from gbstats.frequentist.tests import FrequentistConfig, TwoSidedTTest
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

    def mean(values):
        squares = sum(value**2 for value in values)
        return SampleMeanStatistic(n=len(values), sum=sum(values), sum_squares=squares)

    def statistic(variant, theta):
        after, before = samples[variant]
        return RegressionAdjustedStatistic(
            n=len(after),
            post_statistic=mean(after),
            pre_statistic=mean(before),
            post_pre_sum_of_products=sum(a * b for a, b in zip(after, before, strict=True)),
            theta=theta,
        )

    theta = compute_theta(statistic("control", 0), statistic("variant_b", 0))
    pair = statistic("control", theta), statistic("variant_b", theta)
    absolute = TwoSidedTTest(*pair, FrequentistConfig(difference_type="absolute"))
    relative = TwoSidedTTest(*pair, FrequentistConfig(difference_type="relative"))
    expected = [
        absolute.point_estimate / 100,
        *(value / 100 for value in absolute.confidence_interval),
        absolute.p_value,
        relative.point_estimate,
        *relative.confidence_interval,
    ]
    found = results.rows(
        "select difference, difference_low, difference_high, p_value, lift, lift_low, lift_high"
        " from warehouse.marts.mart_experiments where variant = 'variant_b'"
    )
    assert list(found[0]) == pytest.approx(expected, rel=1e-6)
