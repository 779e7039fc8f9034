"""dlt's REST source, charges only, into DuckDB in a temporary folder: URL KEY START"""

import os
import sys
import tempfile

import dlt
from dlt.sources.rest_api import rest_api_source

url, key, start = sys.argv[1:]
source = rest_api_source(
    {
        "client": {
            "base_url": f"{url}/v1/",
            "auth": {"type": "bearer", "token": key},
            "paginator": {
                "type": "cursor",
                "cursor_path": "data[-1].id",
                "cursor_param": "starting_after",
                "has_more_path": "has_more",
            },
        },
        "resources": [
            {
                "name": "charges",
                "primary_key": "id",
                "max_table_nesting": 0,
                "endpoint": {
                    "path": "charges",
                    "params": {
                        "limit": 100,
                        "created[gte]": start,
                        "expand[]": "data.customer",
                    },
                    "data_selector": "data",
                },
            }
        ],
    }
)
with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    pipeline = dlt.pipeline("charges", destination="duckdb", pipelines_dir=folder)
    print(pipeline.run(source))
