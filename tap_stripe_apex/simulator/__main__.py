"""`python -m tap_stripe_apex.simulator`: the same as `stripe-apex simulate`."""

from tap_stripe_apex.simulator.command import simulate

simulate(prog_name="stripe-apex simulate")
