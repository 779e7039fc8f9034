"""`python -m stripe_simulator`: the same as `stripe-apex simulate`."""

from stripe_simulator.command import simulate

simulate(prog_name="stripe-apex simulate")
