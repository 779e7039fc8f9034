"""Query metrics with MetricFlow: python -m tests.transform.metrics PROJECT

`questions.json` in the project's folder holds metrics and their dimensions; the rows are written to
`answers.json`. This is a process of its own, since MetricFlow runs dbt in its process. The command
`mf` is not used, since it asks PyPI for newer versions.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from dbt_metricflow.cli.cli_configuration import CLIConfiguration
from metricflow.engine.metricflow_engine import MetricFlowQueryRequest


def main() -> None:
    project = Path(sys.argv[1])
    layer = CLIConfiguration()
    layer.setup(project, project, configure_file_logging=False)
    answers = []
    for metric, group_by in json.loads((project / "questions.json").read_text()):
        request = MetricFlowQueryRequest.create(metric_names=[metric], group_by_names=group_by)
        table = layer.mf.query(request).result_df
        assert table is not None
        answers.append([[str(cell) for cell in row] for row in table.rows])
    (project / "answers.json").write_text(json.dumps(answers))


if __name__ == "__main__":
    main()
