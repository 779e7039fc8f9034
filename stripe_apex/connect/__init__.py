"""The page of `stripe-apex connect`: it connects Stripe from this machine, verifies, and syncs.

`server` serves it for as long as somebody looks, `opening` brings the user there. Needs the extra
`connect`.
"""

__all__ = ["opening", "server"]
