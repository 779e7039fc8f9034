"""The records in the form of Stripe's API, with every field that the `stripe` package declares."""
