"""How records look in Stripe's API: every field that the stripe package names for them."""
