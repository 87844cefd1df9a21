"""The same seed must give the same cases in any process."""

import json
import subprocess
import sys

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
from verify.search import verify_claim
out = verify_claim(find("gauss.mmse"), examples=60, seed=11).as_json()
del out["seconds"]
from verify import search
seen = []
kept = search.Search.outcome
search.Search.outcome = lambda self, case, **more: (seen.append(str(case)), kept(self, case, **more))[1]
verify_claim(find("gauss.mmse"), examples=60, seed=11)
print(json.dumps([out, seen]))
"""


def run(mode: str):
    done = subprocess.run([sys.executable, "-c", PROGRAM, mode], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_loaded_modules_do_not_change_the_cases():
    bare, loaded = run("bare"), run("loaded")
    assert len(bare[1]) >= 60
    assert bare == loaded
