"""A Singer target that loads DuckDB exactly: every record, in transactions, with true state."""
