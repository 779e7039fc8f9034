"""`python -m tap_stripe_apex`."""

from tap_stripe_apex.tap import TapStripeApex

TapStripeApex.cli()
