"""target-apex: a Singer target for DuckDB and Parquet lakes that keeps every record."""
