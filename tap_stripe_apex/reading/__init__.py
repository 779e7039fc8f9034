"""What is requested, in which order, and what the state remembers.

`sync` holds what all streams share in a run, and `stream` is what a reader knows of one of them.
`reader` reads the changes named by `feed`, following a `plan`; `backfill` lists what is not covered
yet, in `slices`. `bookmark` says what is covered, in `windows` of time.
"""
