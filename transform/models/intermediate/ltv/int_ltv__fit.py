import asyncio
from contextlib import suppress


def model(dbt, session):
    """One row: the parameters of both models, or why there are none."""
    with suppress(RuntimeError):  # where there is none
        asyncio.get_event_loop().close()  # dbt-duckdb opens one for this thread, and leaves it so
    try:
        from stripe_apex.lifetime.prediction import fitted
    except ImportError as error:
        message = f"Predicted LTV needs {error.name}: install tap-stripe-apex[predict]."
        raise ImportError(message) from None

    fit = fitted(dbt.ref("int_ltv__customers").fetchnumpy())  # noqa: F841 - DuckDB reads it
    return session.query("select * from fit")
