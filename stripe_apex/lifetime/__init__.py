"""Predicted lifetime value: future purchases of customers, estimated from their past purchases.

Two models are fitted independently: `purchases` (BG/NBD) for the number of future purchases, and
`values` (Gamma-Gamma) for the value of each. `prediction` fits both, and checks them on a holdout
period, or gives the reason why no fit is possible. Needs the extra `predict`.
"""

__all__ = ["prediction", "purchases", "values"]
