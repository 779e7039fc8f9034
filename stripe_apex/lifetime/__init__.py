"""Predicted lifetime value: what customers will still buy, estimated from what they bought.

Two models that are fitted apart: `purchases` (BG/NBD) says whether and how often somebody buys
again, `values` (Gamma-Gamma) how much each time; `prediction` fits both, checks them on days that
they have not seen, and says why where there is nothing to predict from. Needs the extra `predict`.
"""

__all__ = ["prediction", "purchases", "values"]
