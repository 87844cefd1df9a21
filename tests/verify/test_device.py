"""``--device``: checked before anything runs, known to every worker, and part of what makes two runs the same."""

import shlex
from pathlib import Path

import pytest
import torch

from numerics.training.device import NoDevice, check_device, training_device, use_device
from theory.claims import find
from verify.cli.verify import STORE, _command
from verify.executors import _needs
from verify.language.errors import BadInput
from verify.runner import _orders
from verify.store import RunSettings, Store
from verify.suites import SUITES, of_training, trains
from verify.work import Order, Trouble, UserFile, perform

HAS_GPU = torch.cuda.is_available()
MINE = """
from sympy import Le
from numerics.enclosures import Enclosure
from numerics.training.device import training_device
from theory.claims import Cases, Claim, Family
from theory.vocabulary import J, d, u
from verify.measurements import new_quantity

def place(case):
    raise RuntimeError("networks are trained on " + training_device())

mine = Claim("mine.place", "a", Le(J(u), new_quantity("place", place, "a place") * d / u), "me",
             cases=Cases(families=(Family.GAUSSIAN,)))
"""


@pytest.mark.skipif(HAS_GPU, reason="there is a CUDA device")
def test_a_machine_without_a_gpu_says_so_before_anything_runs(scoreproof, tmp_path):
    refused = scoreproof("verify", "--claim", "gauss.mmse", "--device", "cuda")
    assert refused.returncode == 2
    assert len(refused.stderr.strip().splitlines()) == 1
    assert "sees no CUDA device" in refused.stderr
    assert "--device cuda" in refused.stderr
    assert "use the device cpu" in refused.stderr
    assert not (tmp_path / "runs").exists()


def test_a_device_that_nobody_knows_is_refused():
    with pytest.raises(NoDevice, match="no device 'tpu'; there are cpu, cuda"):
        check_device("tpu")
    with pytest.raises(NoDevice), use_device("tpu"):
        pass
    assert training_device() == "cpu"


@pytest.mark.parametrize(("build", "fix"), [(None, "for processors only"), ("13.0", "CUDA_VISIBLE_DEVICES")])
def test_the_message_says_what_to_do(monkeypatch, build, fix):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.version, "cuda", build)
    with pytest.raises(NoDevice, match=fix):
        check_device("cuda")


@pytest.fixture
def tf32():
    """tf32 is on, as users may have it."""
    before = torch.backends.cuda.matmul.allow_tf32
    torch.backends.cuda.matmul.allow_tf32 = True
    yield
    torch.backends.cuda.matmul.allow_tf32 = before


def leave_by_an_error():
    with use_device("cuda"):
        assert training_device() == "cuda"
        assert not torch.backends.cuda.matmul.allow_tf32
        assert not torch.backends.cudnn.allow_tf32
        assert torch.are_deterministic_algorithms_enabled()
        with use_device("cpu"):
            assert training_device() == "cpu"
        assert training_device() == "cuda"
        raise ZeroDivisionError


def test_a_device_is_in_use_within_the_block_only_and_exact_there(monkeypatch, tf32):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setenv("CUBLAS_WORKSPACE_CONFIG", "")
    with pytest.raises(ZeroDivisionError):
        leave_by_an_error()
    assert training_device() == "cpu"
    assert torch.backends.cuda.matmul.allow_tf32
    assert not torch.are_deterministic_algorithms_enabled()


def test_a_worker_trains_where_its_order_says(monkeypatch, tmp_path):
    (tmp_path / "mine.py").write_text(MINE)
    here = Order("mine.place", 0, 10, 0, UserFile.read(tmp_path / "mine.py"), device="cuda")
    if not HAS_GPU:
        refused = perform(here)
        assert isinstance(refused, Trouble)
        assert refused.reason.startswith("torch")
        assert "Traceback" not in refused.reason
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    told = perform(here)
    assert isinstance(told, Trouble)
    assert "networks are trained on cuda" in told.reason
    assert training_device() == "cpu"


def test_another_device_is_another_run(tmp_path):
    jobs = [(find("ntk.gradient"), None)]
    with Store(tmp_path / "s.sqlite") as store:
        store.begin(RunSettings.of(jobs, 100, 0, "cuda"))
        with pytest.raises(BadInput, match="--device cuda, not cpu"):
            store.resume(RunSettings.of(jobs, 100, 0))
        assert store.resume(RunSettings.of(jobs, 100, 0, "cuda")).id == 1


def test_only_shards_that_train_need_a_gpu_and_keep_their_runs_in_the_store(tmp_path):
    jobs = [(find("gauss.mmse"), None), (find("ntk.gradient"), None)]
    orders = _orders(jobs, 10, 0, "cuda", tmp_path / "s.sqlite")
    assert {order.claim: order.device for order in orders} == {"gauss.mmse": "cpu", "ntk.gradient": "cuda"}
    assert {order.training for order in orders} == {str((tmp_path / "s.sqlite").resolve())}
    needs = {order.claim: _needs(order, {"memory": 1}) for order in orders}
    assert needs == {"gauss.mmse": {"memory": 1}, "ntk.gradient": {"memory": 1, "GPU": 1}}
    assert {order.training for order in _orders(jobs, 10, 0, "cpu", None)} == {None}


def test_the_command_that_goes_on_names_the_device():
    def words(device):
        unset = (
            "files",
            "suite",
            "examples",
            "scheduler",
            "report",
            "json",
            "junit",
            "sarif",
            "mutants",
            "quiet",
            "github",
        )
        given = dict.fromkeys(unset) | {
            "claim": ["ntk.gradient"],
            "seed": 0,
            "jobs": 1,
            "device": device,
            "store": STORE,
        }
        return shlex.split(_command(given))

    at = words("cuda").index("--device")
    assert words("cuda")[at + 1] == "cuda"
    assert "--device" not in words("cpu")


def test_the_training_suite_has_what_trains_and_the_lemmas():
    training = {claim.id for claim in SUITES["training"].claims()}
    full = {claim.id: claim for claim in SUITES["full"].claims()}
    assert {id for id, claim in full.items() if trains(claim)} <= training
    assert {"ntk.gradient", "linear.training", "wht24.lemma8.printed"} <= training
    assert training.isdisjoint({"wht24.lemma10", "wht24.lemma12", "gauss.mmse"}), (
        "lemma1 is not the beginning of lemma10"
    )
    assert not any(of_training(claim) for claim in SUITES["sampling"].claims())
    quick = SUITES["quick"].claims()
    assert not any(claim.design for claim in quick)
    paper = {claim.id for claim in SUITES["paper"].claims()}
    assert {id for id in training if id.startswith("wht24.")} <= paper


@pytest.mark.cuda
@pytest.mark.skipif(not HAS_GPU, reason="there is no CUDA device")
def test_a_gpu_gives_the_same_verdicts(scoreproof, tmp_path):
    import json

    found = {}
    for device in ("cpu", "cuda"):
        words = ("--claim", "ntk.gradient", "--claim", "wht24.lemma8.printed", "--examples", 20, "--jobs", 2)
        done = scoreproof("verify", *words, "--device", device, "--json", "-", "--store", Path(f"{device}.sqlite"))
        assert done.returncode == 0, done.stderr
        found[device] = {v["id"]: v["status"] for v in json.loads(done.stdout)}
    assert found["cpu"] == found["cuda"]
