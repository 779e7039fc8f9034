"""Charts: Altair describes them, vl-convert draws them as SVG, without a browser or a network.

`kit` has what all charts share; the others have the charts by subject.
"""

__all__ = ["channels", "kit", "money", "people"]
