"""A Singer tap that reads Stripe completely: every charge, every later change, to the cent."""
