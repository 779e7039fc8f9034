"""The models once more in plain Python: slow, obvious, and written from the definitions.

Whole numbers, `Fraction` and dictionaries; no SQL, no shortcuts. The tests compare each mart with
it on random worlds.
"""
