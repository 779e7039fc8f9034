"""A simulated Stripe account: a history from a seed, a clock of its own, Stripe's HTTP skin."""
