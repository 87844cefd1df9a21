"""The same seed must give the same cases in any process."""

import json
import sys

from verify.search import Search

PROGRAM = """
import sys
if sys.argv[1] == "loaded":
    # constants of a local module, which hypothesis would mix into its draws
    import types, pathlib, tempfile, importlib.util
    path = pathlib.Path(tempfile.mkdtemp()) / "odd_numbers.py"
    path.write_text("A = " + repr([0.12345 + i / 7 for i in range(200)]))
    spec = importlib.util.spec_from_file_location("odd_numbers", path)
    module = importlib.util.module_from_spec(spec); spec.loader.exec_module(module)
    sys.modules["odd_numbers"] = module
import json
from theory.claims import find
from verify.search import Search, verify_claim
seen = []
kept = Search.outcome
Search.outcome = lambda self, case, **more: (seen.append(str(case)), kept(self, case, **more))[1]
out = verify_claim(find("gauss.mmse"), examples=20, seed=11).as_json()
del out["seconds"]
print(json.dumps([out, seen]))
"""


def test_loaded_modules_do_not_change_the_cases(preloaded, tmp_path, monkeypatch, capsys):
    """Nor does the process: this one and those that are forked have other seeds for the hashes of strings."""
    monkeypatch.setattr(Search, "outcome", Search.outcome)
    monkeypatch.setattr(sys, "argv", ["-c", "bare"])
    exec(compile(PROGRAM, "-c", "exec"), {})
    here = json.loads(capsys.readouterr().out)
    bare, loaded = (json.loads(preloaded.run(PROGRAM, [mode], tmp_path).stdout) for mode in ("bare", "loaded"))
    assert len(here[1]) >= 20
    assert here == bare == loaded
