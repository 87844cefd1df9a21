"""``kill -9`` at any moment: the store is sound, holds all that was finished, and the run goes on from there.

A driver forks a process (a session of its own) for each attempt, so that an attempt costs no start-up.
"""

import json

import pytest

ATTEMPTS = """
import contextlib, io, json, os, random, signal, sqlite3, sys, time
from pathlib import Path
import verify.shards
from verify import cli

kills, share, seed = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
verify.shards.SHARD_CASES = 10  # many commits in little time
WORK = "verify --claim gauss.mmse --claim gauss.fisher --claim info.tweedie --claim info.hessian --examples 40 --seed 5"
STORE = Path("kill.sqlite")
draw = random.Random(seed)

def run(*more):
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            cli.main([*WORK.split(), *more])
        except SystemExit as stop:
            return stop.code

def attempt(*more):
    pid = os.fork()
    if pid == 0:
        os.setsid()
        os._exit(run(*more))
    return pid

def rows():
    database = sqlite3.connect(STORE)
    assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    found = {tuple(row[:3]): row[3:] for row in database.execute("SELECT * FROM shards")}
    unfinished = database.execute("SELECT id FROM runs WHERE finished IS NULL").fetchall()
    database.close()
    return found, unfinished

def end(pid):
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

def timeless(file):
    verdicts = json.loads(Path(file).read_text())
    return json.dumps([{k: x for k, x in v.items() if k != "seconds"} for v in verdicts])

began = time.monotonic()
assert run("--store", "whole.sqlite", "--json", "whole.json") == 0
longest = share * (time.monotonic() - began)
whole = timeless("whole.json")
from verify.store import Store
Store(STORE).database.close()
killed, ended, kept, at_work = 0, 0, {}, 0
while True:
    found, unfinished = rows()
    assert kept.items() <= found.items(), "a finished shard was lost or computed again"
    at_work += len(found) > len(kept)
    kept = found
    assert len(unfinished) <= 1, "a killed run was not gone on with"
    if killed >= kills and ended and not unfinished:
        break
    options = ["--store", str(STORE), "--json", "v.json", *(["--resume"] if unfinished else [])]
    pid = attempt(*options)
    if killed >= kills:
        code = end(pid)
    else:
        until, done = time.monotonic() + draw.uniform(0, longest), 0
        while time.monotonic() < until and not done:
            done, status = os.waitpid(pid, os.WNOHANG)
            time.sleep(0.002)
        if not done:
            try:
                os.killpg(pid, signal.SIGKILL)
            except ProcessLookupError:  # not yet a session of its own
                os.kill(pid, signal.SIGKILL)
            status = os.waitpid(pid, 0)[1]
        code = os.waitstatus_to_exitcode(status)
    if code == -signal.SIGKILL:
        killed += 1
    else:
        assert code == 0, code
        ended += 1
        assert timeless("v.json") == whole
        Path("v.json").unlink()
found, unfinished = rows()
assert not unfinished
# a run may be killed after its last shard, before it has ended
assert len(found) % 16 == 0 and len(found) >= 16 * ended, (len(found), ended)
print(json.dumps({"killed": killed, "ended": ended, "at_work": at_work}))
"""


def kill_runs(preloaded, folder, kills, share, seed):
    """Kill runs after up to a ``share`` of the time that one takes."""
    done = preloaded.run(ATTEMPTS, [str(kills), str(share), str(seed)], folder)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["killed"] == kills
    assert told["ended"] >= 1
    assert told["at_work"] >= kills / 10, "the kills must hit runs that are under way"


@pytest.mark.parametrize(
    ("kills", "share"),
    [(6, 0.3), pytest.param(20, 0.3, marks=pytest.mark.long), pytest.param(1000, 0.8, marks=pytest.mark.long)],
)
def test_kills_lose_nothing(tmp_path, preloaded, kills, share):
    kill_runs(preloaded, tmp_path, kills, share, seed=1)


COMMITS = """
import os, random, signal, sqlite3, sys, time
from pathlib import Path
from theory.claims import find
from verify.shards import Findings
from verify.store import RunSettings, Store

STORE, draw = Path("commits.sqlite"), random.Random(3)
settings = RunSettings.of([(find("gauss.mmse"), None)], 10**9, 1)
text = Findings(0, (), {"x" * 9000: 1}, None, False, {}, 0.5).to_json()
Store(STORE).begin(settings).store.database.close()
told = 0
for _ in range(int(sys.argv[1])):
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        run = Store(STORE).resume(settings)
        for shard in range(told, 10**9):
            run.add("gauss.mmse", shard, text)
            os.write(writer, b".")
    os.close(writer)
    time.sleep(draw.uniform(0, 0.06))
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    while said := os.read(reader, 1 << 16):
        told += len(said)
    os.close(reader)
    database = sqlite3.connect(STORE)
    assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    found = database.execute("SELECT shard FROM shards WHERE findings = ? ORDER BY shard", (text,)).fetchall()
    database.close()
    rows = [shard for (shard,) in found]
    # the shard that was being committed may be there before it could be told
    assert rows in (list(range(told)), list(range(told + 1))), (told, len(rows))
    told = len(rows)
print(told)
"""


@pytest.mark.long
def test_kills_between_and_within_commits(tmp_path, preloaded):
    done = preloaded.run(COMMITS, ["150"], tmp_path)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 150, "commits were under way"
