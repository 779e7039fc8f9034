"""`stripe-apex simulate`: serves the simulated account."""

import asyncio
import gc
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stripe_simulator.keys import DEFAULT_KEY, DEFAULT_SECRET_KEY, Key, Permission
from stripe_simulator.limits import Limits
from stripe_simulator.story.history import Story

if TYPE_CHECKING:
    from stripe_simulator.server import Simulator

DEFAULTS = Story()


@click.command()
@click.option("--port", type=click.IntRange(0, 65_535), default=0, help="0 takes a free one.")
@click.option(
    "--charges",
    type=click.IntRange(1, 5_000_000),
    default=DEFAULTS.charges,
    show_default=True,
    help="How many charges the account's eighteen months of history have.",
)
@click.option(
    "--seed", default=DEFAULTS.seed, show_default=True, help="Another one, another story."
)
@click.option(
    "--great-share",
    type=click.IntRange(DEFAULTS.great_share, 90),
    default=DEFAULTS.great_share,
    show_default=True,
    help="About how many percent of all charges lie in the busiest day.",
)
@click.option(
    "--latency-ms",
    type=click.IntRange(0),
    default=0,
    help="From a request to its answer; Stripe takes about 120.",
)
@click.option(
    "--requests-per-second",
    type=click.FloatRange(min=0, min_open=True),
    help="For each endpoint; Stripe allows 25. More get a 429. No limit by default.",
)
@click.option(
    "--concurrency",
    type=click.IntRange(1),
    help="Requests in flight; more get a 429. No limit by default.",
)
@click.option("--gzip", "gzipped", is_flag=True, help="Compress for clients that accept it.")
@click.option(
    "--key",
    "keys",
    multiple=True,
    metavar="KEY[=PERMISSION,...]",
    help="A key to accept besides the default ones, with these permissions (all by default): "
    + ", ".join(Permission)
    + ".",
)
@click.option(
    "--url-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the address here once it can be used.",
)
def simulate(
    *,
    port: int,
    charges: int,
    seed: int,
    great_share: int,
    latency_ms: int,
    requests_per_second: float | None,
    concurrency: int | None,
    gzipped: bool,
    keys: tuple[str, ...],
    url_file: Path | None,
) -> None:
    """Serve a simulated Stripe account on 127.0.0.1 until it is interrupted."""
    try:
        from stripe_simulator.server import Simulator  # noqa: PLC0415 - it is an extra
    except ModuleNotFoundError as error:
        raise click.ClickException(
            f"The simulated account needs {error.name}: install tap-stripe-apex[simulate]."
        ) from error
    allowed = [Key(DEFAULT_KEY), Key(DEFAULT_SECRET_KEY), *map(_parse_key, keys)]
    account = Story(seed=seed, charges=charges, great_share=great_share).account()
    gc.freeze()  # the history is permanent: the collector need not scan it
    simulator = Simulator(
        account,
        keys=allowed,
        limits=Limits(endpoint_rate=requests_per_second, concurrency=concurrency),
        latency=latency_ms / 1000,
        gzipped=gzipped,
    )
    try:
        asyncio.run(_run(simulator, port, url_file))
    except OSError as error:
        raise click.ClickException(f"Cannot serve on port {port}: {error.strerror}.") from error


async def _run(simulator: "Simulator", port: int, url_file: Path | None) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await simulator.start(port)
    try:
        click.echo(_greeting(simulator))
        if url_file is not None:
            # A process that waits for the file must never read half of it.
            partial = url_file.with_name(url_file.name + ".part")
            partial.write_text(simulator.url, encoding="utf-8")
            partial.replace(url_file)
        await stop.wait()
    finally:
        await simulator.stop()


def _greeting(simulator: "Simulator") -> str:
    account, app = simulator.account, simulator.oauth.app
    return "\n".join(
        (
            f"# A simulated account: {len(account.charges):,} charges, now {account.now:%Y-%m-%d}",
            f"export TAP_STRIPE_APEX_API_BASE={simulator.url}",
            "# By a restricted key, here or given to `stripe-apex connect`:",
            f"export TAP_STRIPE_APEX_API_KEY={DEFAULT_KEY}",
            "# Or by OAuth, with `stripe-apex connect`; the simulated owner agrees at once:",
            f"# export STRIPE_APP_CLIENT_ID={app.client_id}",
            f"# export STRIPE_APP_SECRET_KEY={app.secret_key}",
            "# Its charges are in several currencies; what Stripe settled tells the rates:",
            "export TAP_STRIPE_APEX_EXPAND_BALANCE_TRANSACTIONS=true",
        )
    )


def _parse_key(text: str) -> Key:
    value, equals, names = text.partition("=")
    if not equals:
        return Key(value)
    try:
        permissions = frozenset(Permission(name) for name in names.split(",") if name)
    except ValueError as error:
        raise click.BadParameter(
            f"{error}. Permissions are {', '.join(Permission)}.", param_hint="--key"
        ) from error
    return Key(value, permissions)
