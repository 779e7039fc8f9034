"""The command line around the tap, and what people see: the Connect page and the report."""
