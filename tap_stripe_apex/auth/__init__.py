"""Credentials: a restricted key, or the tokens of a Stripe App, which are renewed by their age.

`credential` finds the one that a run uses; `key` and `tokens` are where each is kept, `places` says
in which folder; `oauth` exchanges tokens, and `renewal` does so before they expire.
"""
