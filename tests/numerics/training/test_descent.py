"""Recorded descent, against loops over single networks that know nothing of batches or of the paper's gradient."""

from __future__ import annotations

from dataclasses import fields
from types import SimpleNamespace

import pytest
import torch

from numerics.training import Batch, Setup, train
from numerics.training.descent import Checkpoint, History

SIGMAS, BETA = (2.0, 0.7, 0.2), (0.5, 1.0, 3.0)
STEPS, KERNEL_AT = 7, (0, 3, 7)


def setups(count: int = 3, m: int = 6, layers: int = 2) -> list[Setup]:
    gen = torch.Generator().manual_seed(99)
    return [
        Setup(
            points=tuple(map(tuple, torch.randn(2, 2, generator=gen, dtype=torch.float64).tolist())),
            sigmas=SIGMAS,
            beta=BETA,
            m=m,
            layers=layers,
            seed=seed,
        )
        for seed in range(count)
    ]


BATCH = Batch.of(setups())
H = torch.tensor([0.01, 0.002, 0.03], dtype=torch.float64)


class Memory:
    """Keeps what a run hands on, and ends it after some chunks as a killed process would."""

    def __init__(self, survives: int = 10**9):
        self.parts: list[History] = []
        self.checkpoint: Checkpoint | None = None
        self.survives = survives

    def load(self):
        return (History.joined(self.parts) if self.parts else None), self.checkpoint

    def append(self, records, checkpoint):
        if self.survives == 0:
            raise KeyboardInterrupt
        self.survives -= 1
        self.parts.append(records)
        self.checkpoint = checkpoint


def same_bits(one: History, other: History) -> bool:
    pairs = [(getattr(one, field.name), getattr(other, field.name)) for field in fields(History)]
    return all(a.shape == b.shape and a.numpy().tobytes() == b.numpy().tobytes() for a, b in pairs)


def one_by_one(setup: Setup, h: float, steps: int):
    """loss, grad2, layer2, terms, moved2 at each step, kernel spectra, and the last weights, of one network."""
    drawn = setup.drawn()
    W = [weights.clone().requires_grad_() for weights in drawn["trained"]]

    def residual(i: int, j: int, *matrices: torch.Tensor) -> torch.Tensor:
        sigma, xi = setup.sigmas[j], drawn["noises"][i * setup.N + j]
        x = torch.tensor(setup.points[i], dtype=torch.float64) + sigma * xi
        q = torch.relu(drawn["first"] @ torch.cat([x, torch.tensor([sigma], dtype=torch.float64)]))
        for weights in matrices:
            q = torch.relu(weights @ q)
        return sigma * (drawn["last"] @ q) + xi

    def stacked(*matrices: torch.Tensor) -> torch.Tensor:
        rows = [
            (setup.beta[j] / setup.n) ** 0.5 * residual(i, j, *matrices) for i in range(setup.n) for j in range(setup.N)
        ]
        return torch.cat(rows)

    rows, spectra = [], []
    for _ in range(steps + 1):
        terms = torch.stack(
            [
                torch.stack([setup.beta[j] * residual(i, j, *W).square().sum() for j in range(setup.N)])
                for i in range(setup.n)
            ]
        )
        loss = terms.sum() / (2 * setup.n)
        gradient = torch.autograd.grad(loss, W)
        squares = torch.stack([g.square().sum() for g in gradient])
        moved = sum((w - w0).square().sum() for w, w0 in zip(W, drawn["trained"], strict=True))
        rows.append([x.detach() for x in (loss, squares.sum(), squares.max(), terms, moved)])
        jacobian = torch.autograd.functional.jacobian(stacked, tuple(W))
        A = torch.cat([part.flatten(1) for part in jacobian], dim=1)
        spectra.append(torch.linalg.eigvalsh(A @ A.T))
        last = [w.detach() for w in W]
        W = [(w - h * g).detach().requires_grad_() for w, g in zip(W, gradient, strict=True)]
    return rows, spectra, torch.stack(last)


@pytest.mark.parametrize("m", [6, 12], ids=["gradients-as-matrices", "gradients-as-factors"])
def test_every_record_is_that_of_networks_trained_one_by_one(m):
    batch = Batch.of(setups(m=m))
    history, W = train(batch, H, STEPS, kernel_at=KERNEL_AT)
    assert history.kernel_steps.tolist() == list(KERNEL_AT)
    assert history.loss.shape == (3, STEPS + 1)
    assert history.terms.shape == (3, STEPS + 1, 2, 3)
    for b, setup in enumerate(batch.setups):
        rows, spectra, last = one_by_one(setup, float(H[b]), STEPS)
        for name, expected in zip(("loss", "grad2", "layer2", "terms", "moved2"), zip(*rows, strict=True), strict=True):
            torch.testing.assert_close(getattr(history, name)[b], torch.stack(expected), rtol=1e-11, atol=1e-13)
        wanted = torch.stack([spectra[step] for step in KERNEL_AT])
        torch.testing.assert_close(history.lambda_max[b], wanted[:, -1], rtol=1e-11, atol=0)
        torch.testing.assert_close(history.lambda_min[b], wanted[:, 0], rtol=0, atol=1e-11 * float(wanted[0, -1]))
        torch.testing.assert_close(W[:, b], last, rtol=1e-11, atol=1e-13)
    assert (history.layer2 < history.grad2).all(), "two layers must differ from their sum"
    assert (history.loss[:, -1] < history.loss[:, 0]).all()


@pytest.mark.parametrize("chunk", [1, 3, 8, 100])
def test_chunks_change_no_bit(chunk):
    whole, W = train(BATCH, H, STEPS, kernel_at=KERNEL_AT)
    sink = Memory()
    cut, W_cut = train(BATCH, H, STEPS, kernel_at=KERNEL_AT, sink=sink, chunk=chunk)
    assert len(sink.parts) == -(-(STEPS + 1) // chunk)
    assert same_bits(whole, cut)
    assert same_bits(whole, History.joined(sink.parts)), "what was handed on is the whole run"
    assert torch.equal(W, W_cut)
    assert sink.checkpoint is not None
    assert sink.checkpoint.step == STEPS + 1
    assert torch.equal(sink.checkpoint.trained, W)


@pytest.mark.parametrize("survives", [0, 1, 2, 3])
def test_a_run_that_was_cut_goes_on_to_the_same_bits(survives):
    whole, W = train(BATCH, H, STEPS, kernel_at=KERNEL_AT)
    sink = Memory(survives)
    with pytest.raises(KeyboardInterrupt):
        train(BATCH, H, STEPS, kernel_at=KERNEL_AT, sink=sink, chunk=2)
    assert len(sink.parts) == survives
    sink.survives = 10**9
    resumed, W_resumed = train(BATCH, H, STEPS, kernel_at=KERNEL_AT, sink=sink, chunk=3)
    assert same_bits(whole, resumed)
    assert torch.equal(W, W_resumed)


def test_chunks_follow_the_clock_and_are_longer_where_weights_are_many(monkeypatch):
    """A clock that a step takes 0.5 s on: chunks of 2 s, and of 5 s where the weights are worth 5 s of work."""
    ticks = iter(range(10**6))
    monkeypatch.setattr("numerics.training.descent.time", SimpleNamespace(monotonic=lambda: next(ticks) / 2))
    for allowed, lengths in ((10**9, [4, 4, 4, 4, 4]), (BATCH.trained.nbytes / 5, [10, 10])):
        monkeypatch.setattr("numerics.training.descent.BYTES_A_SECOND", allowed)
        sink = Memory()
        train(BATCH, H, 19, sink=sink)
        assert [part.steps for part in sink.parts] == lengths


def test_a_finished_run_is_read_back_and_its_weights_made_again_where_they_were_not_kept():
    sink = Memory()
    whole, W = train(BATCH, H, STEPS, sink=sink)
    sink.survives = 0
    marked = History.joined(sink.parts).loss + 1.0
    sink.parts = [History(**{f.name: getattr(whole, f.name) for f in fields(History)} | {"loss": marked})]
    again, W_again = train(BATCH, H, STEPS, sink=sink)
    assert torch.equal(again.loss, marked), "the records are those that were kept"
    assert torch.equal(W_again, W)
    sink.checkpoint = Checkpoint(STEPS + 1, None)
    again, W_again = train(BATCH, H, STEPS, sink=sink)
    assert torch.equal(again.loss, marked)
    assert torch.equal(W_again, W)


def test_later_records_are_cut_where_they_are_told():
    whole, _ = train(BATCH, H, STEPS, kernel_at=KERNEL_AT)
    tail = whole.later(0, 3)
    assert tail.steps == STEPS - 2
    assert tail.kernel_steps.tolist() == [3, 7]
    assert torch.equal(tail.lambda_max, whole.lambda_max[:, 1:])
    assert torch.equal(tail.terms, whole.terms[:, 3:])
    assert same_bits(tail.later(3, 5), whole.later(0, 5))
    assert same_bits(tail.later(3, 3), tail)


def test_a_network_that_diverges_keeps_its_numbers_and_leaves_the_others_alone():
    wild = torch.tensor([0.01, 1e200, 0.03], dtype=torch.float64)
    history, W = train(BATCH, wild, 30, kernel_at=(0, 30))
    calm, _ = train(BATCH, H, 30, kernel_at=(0, 30))
    assert history.loss.shape == (3, 31)
    assert not history.loss[1].isfinite().all()
    first_bad = int((~history.loss[1].isfinite()).nonzero()[0])
    assert first_bad >= 1
    assert history.loss[1, :first_bad].isfinite().all()
    assert not history.loss[1, first_bad:].isfinite().any(), "nothing is put in place of what is lost"
    assert history.lambda_max[1, 1].isnan()
    assert history.lambda_min[1, 1].isnan()
    assert history.lambda_max[1, 0].isfinite()
    for b in (0, 2):
        assert torch.equal(history.loss[b], calm.loss[b])
        assert torch.equal(history.lambda_max[b], calm.lambda_max[b])
        assert W[:, b].isfinite().all()


@pytest.mark.parametrize(
    ("h", "steps", "kernel_at", "said"),
    [
        (H, -1, (), "steps = -1"),
        (H[:2], 3, (), "step sizes of shape"),
        (H, 3, (0, 4), "kernel_at has 4"),
    ],
)
def test_what_makes_no_sense_is_refused(h, steps, kernel_at, said):
    with pytest.raises(ValueError, match=said):
        train(BATCH, h, steps, kernel_at=kernel_at)


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
def test_a_gpu_gives_the_same_records_but_for_rounding():
    from numerics.training.device import use_device

    with use_device("cuda"):
        batch = Batch.of(setups(), "cuda")
        runs = [train(batch, H, STEPS, kernel_at=KERNEL_AT) for _ in range(2)]
    assert same_bits(runs[0][0], runs[1][0]), "the same GPU repeats itself to the last bit"
    assert torch.equal(runs[0][1], runs[1][1])
    assert runs[0][1].is_cuda
    here, W = train(BATCH, H, STEPS, kernel_at=KERNEL_AT)
    for field in fields(History):
        there = getattr(runs[0][0], field.name)
        assert not there.is_cuda
        torch.testing.assert_close(there, getattr(here, field.name), rtol=1e-10, atol=1e-10)
    torch.testing.assert_close(runs[0][1].cpu(), W, rtol=1e-10, atol=1e-12)
