"""What is asked for, in which order, and what the state remembers of it.

`sync` is what all streams share in a run, `stream` what a reader knows of one of them. `reader`
catches up with the changes that `feed` tells, by a `plan`; `backfill` lists what is not covered, in
`slices`. `bookmark` says what is covered, in `windows` of time.
"""
