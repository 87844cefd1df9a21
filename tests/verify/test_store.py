"""The store: what it keeps, what it refuses, and what its messages say."""

import hashlib
import os
import sqlite3
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from sympy import Le

from theory.claims import Cases, Claim, catalogue, find
from theory.vocabulary import E_I, m2, v
from verify.conclude import conclude
from verify.language.errors import BadInput
from verify.shards import Findings
from verify.store import RunSettings, Store, StoreError

JOBS = [(find("gauss.mmse"), None), (find("gauss.fisher"), None)]
SETTINGS = RunSettings.of(JOBS, examples=250, seed=1)


def findings(shard: int) -> str:
    return Findings(shard, (), {"nothing drawn": shard}, None, False, {}, 0.5).to_json()


def test_what_is_added_is_there_for_others_at_once(tmp_path, shards_in):
    with Store(tmp_path / "deep" / "s.sqlite") as store:
        run = store.begin(SETTINGS)
        for shard in range(3):
            run.add("gauss.mmse", shard, findings(shard))
            assert shards_in(store.path)[1, "gauss.mmse", shard][0] == findings(shard)


def test_a_committed_shard_survives_power_loss(tmp_path):
    """WAL with a sync at every commit; the default of other builds is to sync at checkpoints only."""
    with Store(tmp_path / "s.sqlite") as store:
        assert store.database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert store.database.execute("PRAGMA synchronous").fetchone() == (2,)


def test_an_unfinished_run_is_resumed_and_a_kept_shard_never_changes(tmp_path):
    with Store(tmp_path / "s.sqlite") as store:
        store.begin(SETTINGS).add("gauss.mmse", 1, findings(1))
    with Store(tmp_path / "s.sqlite") as store:
        run = store.resume(SETTINGS)
        assert run.kept == {("gauss.mmse", 1)}
        run.add("gauss.mmse", 1, findings(2))
        assert [f.unavailable for f in run.findings("gauss.mmse")] == [{"nothing drawn": 1}]


def test_a_run_is_finished_with_its_last_verdict(tmp_path):
    with Store(tmp_path / "s.sqlite") as store:
        run = store.begin(SETTINGS)
        for claim, _ in JOBS:
            assert store.database.execute("SELECT finished FROM runs").fetchone() == (None,)
            verdict = conclude(claim, [Findings.from_json(findings(0))], 1)
            run.add_verdict(verdict)
            assert store.resume(SETTINGS).verdict(claim) == verdict
        assert store.database.execute("SELECT finished FROM runs").fetchone() != (None,)
        second = store.begin(SETTINGS)
        assert store.resume(SETTINGS).id == second.id, "an unfinished run comes before a finished one"


def test_what_cannot_be_resumed_says_what_there_is_and_how_it_differs(tmp_path):
    with Store(tmp_path / "s.sqlite") as store:
        with pytest.raises(BadInput, match="no unfinished run"):
            store.resume(SETTINGS)
        store.begin(SETTINGS).add("gauss.mmse", 0, findings(0))
        other = RunSettings.of([JOBS[0], (find("wht24.lemma10"), None)], examples=300, seed=2)
        with pytest.raises(BadInput) as refused:
            store.resume(other)
    for words in (
        *("run 1 (1 of 6 shards done)", "--examples 250, not 300", "--seed 1, not 2"),
        *("also runs gauss.fisher", "lacks wht24.lemma10"),
    ):
        assert words in str(refused.value)


def test_another_statement_another_file_or_other_software_is_another_run(tmp_path):
    mine = Claim("mine", "a", Le(E_I, m2 / v[0]), "me", cases=Cases(samplers=("score",)))
    file = tmp_path / "mine.py"
    file.write_text("a")
    first = RunSettings.of([(mine, file)], 100, 0)
    assert RunSettings.of([(mine, file)], 100, 0) == first
    stated = replace(mine, relation=Le(E_I, m2 / (2 * v[0])))
    assert first.differences(RunSettings.of([(stated, file)], 100, 0)) == ["has another statement of mine"]
    drawn = replace(mine, cases=Cases(samplers=("score",), max_steps=3))
    assert RunSettings.of([(drawn, file)], 100, 0).fingerprint != first.fingerprint
    file.write_text("b")
    assert RunSettings.of([(mine, file)], 100, 0).fingerprint != first.fingerprint
    newer = replace(first, versions={**first.versions, "hypothesis": "0.1"})
    assert any("hypothesis" in text and "0.1" in text for text in first.differences(newer))


def test_where_a_file_lies_is_kept_and_does_not_make_another_run(tmp_path):
    mine = Claim("mine", "a", Le(E_I, m2 / v[0]), "me", cases=Cases(samplers=("score",)))
    found = []
    for name in ("here.py", "there.py"):
        (tmp_path / name).write_text("a")
        found.append(RunSettings.of([(mine, tmp_path / name)], 100, 0))
    here, there = found
    assert here.files["mine"][0] == str((tmp_path / "here.py").resolve())
    assert here.files["mine"][1] == there.files["mine"][1]
    assert here == there
    assert here.fingerprint == there.fingerprint
    assert RunSettings.from_json(here.to_json()).files == here.files


def test_settings_of_other_versions_are_read_and_keep_their_fingerprint():
    """The text and the fingerprint are those of a store from before files were kept."""
    text = (
        '{"claims": {"gauss.mmse": "d"}, "device": "cpu", "examples": 20, "seed": 0, "shard_cases": 100, "shards": 1, '
        '"versions": {"scoreproof": "0.1.0"}}'
    )
    old = RunSettings.from_json(text)
    assert old.files == {}
    assert old.fingerprint == hashlib.sha256(text.encode()).hexdigest()
    assert RunSettings.from_json(text[:-1] + ', "of_a_later_version": 1}') == old


def test_fingerprints_are_the_same_in_every_process(preloaded, tmp_path):
    """The other process has another seed for the hashes of strings, which orders sets."""
    program = (
        "from theory.claims import catalogue; from verify.store import RunSettings\n"
        "print(RunSettings.of([(c, None) for c in catalogue().values()], 100, 0).fingerprint)"
    )
    there = preloaded.run(program, [], tmp_path)
    assert there.returncode == 0, there.stderr
    assert there.stdout.strip() == RunSettings.of([(c, None) for c in catalogue().values()], 100, 0).fingerprint


def spoil_with_text(file):
    file.write_text("these are notes, and no database at all\n" * 200)


def spoil_a_page(file):
    with Store(file) as store:
        run = store.begin(SETTINGS)
        for shard in range(40):
            run.add("gauss.mmse", shard, findings(shard) + " " * 3000)
    content = bytearray(file.read_bytes())
    content[8192:40960] = b"\xa5" * (40960 - 8192)
    file.write_bytes(content)


def spoil_the_schema(file):
    with Store(file):
        pass
    with sqlite3.connect(file) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()


def another_database(file):
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE runs (mine TEXT)")
    database.close()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (spoil_with_text, "no SQLite database"),
        (spoil_a_page, "damaged"),
        (spoil_the_schema, "newer scoreproof (schema 99"),
        (another_database, "not one of scoreproof"),
        (Path.mkdir, "cannot be opened"),
    ],
)
def test_what_is_no_store_is_refused_with_the_fix_and_left_alone(tmp_path, spoil, said):
    file = tmp_path / "s.sqlite"
    spoil(file)
    before = file.read_bytes() if file.is_file() else None
    with pytest.raises(StoreError) as refused:
        Store(file)
    assert said in str(refused.value)
    assert str(file) in str(refused.value)
    assert "--store" in str(refused.value) or "move it away" in str(refused.value)
    assert (file.read_bytes() if file.is_file() else None) == before


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="folder cannot be made"):
        Store(tmp_path / "file" / "s.sqlite")


def test_a_full_disk_stops_with_what_was_kept(tmp_path, shards_in):
    with Store(tmp_path / "s.sqlite") as store:
        run = store.begin(SETTINGS)
        run.add("gauss.mmse", 0, findings(0))
        (pages,) = store.database.execute("PRAGMA page_count").fetchone()
        store.database.execute(f"PRAGMA max_page_count = {pages + 1}")
        with pytest.raises(StoreError, match="the disk is full"):
            run.add("gauss.mmse", 1, findings(1) + " " * 100_000)
        assert run.kept == {("gauss.mmse", 0)}
        store.database.execute("PRAGMA max_page_count = 100000")
        run.add("gauss.mmse", 1, findings(1))
    assert set(shards_in(store.path)) == {(1, "gauss.mmse", 0), (1, "gauss.mmse", 1)}


def test_permission_that_is_taken_away_stops_with_what_was_kept(tmp_path, shards_in):
    """``query_only`` refuses writes as a file system does that was made read-only, for root as well."""
    with Store(tmp_path / "s.sqlite") as store:
        run = store.begin(SETTINGS)
        run.add("gauss.mmse", 0, findings(0))
        store.database.execute("PRAGMA query_only = ON")
        with pytest.raises(StoreError, match="may not be written"):
            run.add("gauss.mmse", 1, findings(1))
    assert set(shards_in(store.path)) == {(1, "gauss.mmse", 0)}


def test_a_store_that_is_deleted_or_replaced_is_noticed(tmp_path):
    """SQLite itself goes on writing into a file that nobody will find."""
    with Store(tmp_path / "s.sqlite") as store:
        run = store.begin(SETTINGS)
        (tmp_path / "s.sqlite").unlink()
        with pytest.raises(StoreError, match="moved, deleted or replaced"):
            run.add("gauss.mmse", 0, findings(0))


PERMISSIONS = """
import os, sys
from pathlib import Path
from theory.claims import find
from verify.shards import Findings
from verify.store import RunSettings, Store, StoreError
file = Path(sys.argv[1])
settings = RunSettings.of([(find("gauss.mmse"), None)], 250, 1)
text = Findings(0, (), {}, None, False, {}, 0.5).to_json()
with Store() as memory:  # everything is imported before the rights are given up
    memory.begin(settings).add("gauss.mmse", 0, text)
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)

def refused():
    try:
        Store(file).database.close()
    except StoreError as error:
        return str(error)

store = Store(file)
run = store.begin(settings)
run.add("gauss.mmse", 0, text)
file.chmod(0o444)
file.parent.chmod(0o555)
try:
    run.add("gauss.mmse", 1, text)
except StoreError as error:
    assert "may not be written" in str(error)
print(len(run.kept), "kept")
store.database.close()
print("file and folder:", refused())
file.parent.chmod(0o755)
print("file:", refused())
for rest in file.parent.glob("*"):
    rest.unlink()
file.parent.chmod(0o555)
print("folder:", refused())
"""


def test_rights_to_write_missing_at_the_start_or_taken_away(preloaded, tmp_path):
    """By a user whom permissions bind: as root the program gives its rights up first."""
    with tempfile.TemporaryDirectory(prefix="scoreproof-test-") as outer:
        os.chmod(outer, 0o755)
        folder = Path(outer) / "runs"
        folder.mkdir()
        if os.geteuid() == 0:
            os.chown(folder, 65534, 65534)
        done = preloaded.run(PERMISSIONS, [str(folder / "s.sqlite")], tmp_path)
        assert done.returncode == 0, done.stderr
        kept, *refusals = done.stdout.splitlines()
        assert kept in ("1 kept", "2 kept")
        assert [line.split(":")[0] for line in refusals] == ["file and folder", "file", "folder"]
        assert all("may not be written" in line or "cannot be opened" in line for line in refusals), refusals
        assert all("give another --store" in line for line in refusals)
        folder.chmod(0o755)


CROWD = """
import os, sys
from pathlib import Path
from theory.claims import find
from verify.shards import Findings
from verify.store import RunSettings, Store
settings = RunSettings.of([(find("gauss.mmse"), None)], 2500, 1)
children = []
for _ in range(6):
    pid = os.fork()
    if pid == 0:
        with Store(Path(sys.argv[1])) as store:
            run = store.begin(settings)
            for shard in range(20):
                run.add("gauss.mmse", shard, Findings(shard, (), {}, None, False, {}, run.id).to_json())
        os._exit(0)
    children.append(pid)
sys.exit(any(os.waitpid(pid, 0)[1] for pid in children))
"""


def test_many_runs_share_a_new_store(tmp_path, preloaded, shards_in):
    file = tmp_path / "s.sqlite"
    done = preloaded.run(CROWD, [str(file)], tmp_path)
    assert done.returncode == 0, done.stderr
    rows = shards_in(file)
    assert len(rows) == 6 * 20
    assert all(Findings.from_json(text).seconds == run for (run, _, _), (text, _) in rows.items())
