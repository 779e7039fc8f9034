"""Charts: Altair describes them; vl-convert draws them as SVG without a browser or a network.

`kit` has what all charts share; each other module has the charts of one subject.
"""

__all__ = ["channels", "kit", "money", "people"]
