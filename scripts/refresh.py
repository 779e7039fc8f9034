#!/usr/bin/env python3
"""`dbt build`, unless nothing that the models read has changed since the last one."""

import sys

from stripe_apex.refresh import main

sys.exit(main())
