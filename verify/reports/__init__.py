"""Reports of a run: a JSON list of verdicts, an HTML page, pictures, a terminal table."""
