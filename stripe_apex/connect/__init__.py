"""The page of `stripe-apex connect`: it connects Stripe from this machine, verifies, and syncs.

`server` serves it for as long as it is used, and `opening` opens it in the browser. Needs the extra
`connect`.
"""

__all__ = ["opening", "server"]
