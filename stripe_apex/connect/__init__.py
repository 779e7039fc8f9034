"""`stripe-apex connect`: a page on this machine that connects Stripe, verifies, and syncs."""
