"""A reference implementation of the models in plain Python, written from their definitions.

It is slow and obvious: whole numbers, `Fraction` and dictionaries, without SQL or shortcuts. The
tests compare each mart with it on random worlds.
"""
