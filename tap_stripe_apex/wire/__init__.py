"""How Stripe is spoken to: one session, one pace, and what its answers mean."""
