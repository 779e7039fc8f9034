"""Charts: Altair describes them, vl-convert draws them as SVG, without a browser or a network."""
