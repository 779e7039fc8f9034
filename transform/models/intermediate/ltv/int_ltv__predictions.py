import asyncio
from contextlib import suppress


def model(dbt, session):
    """One row per customer: whether they are alive, and what is expected of them."""
    with suppress(RuntimeError):  # where there is none
        asyncio.get_event_loop().close()  # dbt-duckdb opens one for this thread, and leaves it so
    from stripe_apex.lifetime.prediction import predicted

    fit = dbt.ref("int_ltv__fit")
    parameters = dict(zip(fit.columns, fit.fetchall()[0], strict=True))
    customers = dbt.ref("int_ltv__customers").fetchnumpy()
    predictions = predicted(customers, parameters)  # noqa: F841 - DuckDB reads it
    return session.query("select * from predictions")
