"""Exports of ad platforms, CRMs and trackers, recognised, shown and loaded into `apex_import`.

`kinds`, `headers`, `names`, `numbers`, `dates`, `spend` and `questions` are pure: they know neither
files nor databases. `files` reads a file into rows of text, `staging` types them in DuckDB,
`preview` says what would be loaded, and `store` loads it.
"""
