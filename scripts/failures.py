#!/usr/bin/env python3
"""Say which tests and models of the last `dbt build` failed, and which marts they are about."""

from stripe_apex.failures import main

main()
