"""Who asks: a restricted key, or the tokens of a Stripe App, which are renewed as they age."""
