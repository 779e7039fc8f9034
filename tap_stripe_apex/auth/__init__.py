"""Who asks: a restricted key, or the tokens of a Stripe App, which are renewed as they age.

`credential` finds the one that a run uses; `key` and `tokens` are where each is kept, `places` says
in which folder; `oauth` exchanges tokens, and `renewal` does so in time.
"""
