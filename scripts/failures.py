#!/usr/bin/env python3
"""Print which tests and models of the last `dbt build` failed, and which marts they affect."""

from stripe_apex.failures import main

main()
