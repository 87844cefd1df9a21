"""How fast networks train: many at once against one after the other, and against the machine's matrix products.

    python -m benchmarks.training [--device cuda] [--networks 64] [--steps 1000] [--write]

Both ratios are measured in one run, in turns, so that a busy machine slows both sides. ``--write`` puts the tables into
docs/speed.md.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import torch

from benchmarks.page import write_between
from numerics.targets import Gaussian
from numerics.training import Batch, Setup, Training, train

PAGE = Path(__file__).parents[1] / "docs" / "speed.md"
ROUNDS = 3
GRID = {8: tuple(4.0 ** (1 - k / 4) for k in range(9))}


def setups(networks: int, m: int, layers: int = 2, n: int = 8, d: int = 8) -> list[Setup]:
    """Networks on standard Gaussian data at 8 noise levels."""
    data = Gaussian(d=d, var=1.0)
    return [Training(n=n, m=m, layers=layers, seed=seed).setup(data, GRID[8]) for seed in range(networks)]


def seconds(work: Callable[[], object], device: str) -> float:
    if device == "cuda":
        torch.cuda.synchronize()
    began = time.perf_counter()
    work()
    if device == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - began


class Plain(torch.nn.Module):
    """One network as one would write it in torch."""

    def __init__(self, batch: Batch):
        super().__init__()
        self.first, self.last = batch.first[0], batch.last[0]
        self.trained = torch.nn.ParameterList([torch.nn.Parameter(W[0].clone()) for W in batch.trained])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        q = torch.relu(x @ self.first.T)
        for W in self.trained:
            q = torch.relu(q @ W.T)
        return q @ self.last.T


def plain_loop(setup: Setup, h: float, steps: int, device: str) -> list[float]:
    """Gradient descent of one network by autograd and torch's own optimiser, recording the loss."""
    batch = Batch.of([setup], device)
    net = Plain(batch)
    optimiser = torch.optim.SGD(net.parameters(), lr=h)
    x, xi, sigma, scale = batch.inputs[0], batch.noises[0], batch.sigma[0], batch.scale[0]
    seen = []
    for _ in range(steps):
        optimiser.zero_grad()
        loss = (scale * (sigma * net(x) + xi)).square().sum() / 2
        loss.backward()
        optimiser.step()
        seen.append(loss.detach())
    return torch.stack(seen).tolist()


def many_at_once(networks: int, steps: int, device: str) -> tuple[float, float]:
    """Median ratio of the times, and the largest relative difference of the losses after the same steps."""
    problems = setups(networks, m=64)
    batch = Batch.of(problems, device)
    h = torch.full((networks,), 1e-5, dtype=torch.float64)
    ratios, losses, alone = [], torch.empty(0), []
    for _ in range(ROUNDS):
        together = seconds(lambda: train(batch, h, steps - 1, chunk=steps), device)
        apart = seconds(lambda: [plain_loop(one, 1e-5, steps, device) for one in problems], device)
        ratios.append(apart / together)
    losses = train(batch, h, 20)[0].loss[:, :20]
    alone = [plain_loop(one, 1e-5, 20, device) for one in problems]
    difference = float(((losses - torch.tensor(alone, dtype=losses.dtype)).abs() / losses).max())
    return statistics.median(ratios), difference


def products(m: int, networks: int, layers: int, samples: int, d: int) -> int:
    """Floating-point operations in the matrix products of a step: forward, back and gradients."""
    square = 2 * samples * m * m
    return networks * (layers * 3 * square + 2 * 2 * samples * m * d)


def share_of_machine(m: int, networks: int, device: str, steps: int = 5) -> tuple[float, float, float]:
    """Rates in Gflop/s: of training, of plain matrix products of 2048 x 2048, and their median ratio."""
    batch = Batch.of(setups(networks, m), device)
    h = torch.full((networks,), 1e-6, dtype=torch.float64)
    work = products(m, networks, 2, 64, 8) * (steps + 1)
    a, b = (torch.randn(2048, 2048, dtype=torch.float64, device=device) for _ in range(2))
    train(batch, h, 1), a @ b
    rates = []
    for _ in range(ROUNDS):
        rate = work / seconds(lambda: train(batch, h, steps), device) / 1e9
        best = 4 * 2 * 2048**3 / seconds(lambda: [a @ b for _ in range(4)], device) / 1e9
        rates.append((rate, best, rate / best))
    return sorted(rates, key=lambda one: one[2])[ROUNDS // 2]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    parser.add_argument("--networks", type=int, default=64)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--write", action="store_true", help="put the tables into docs/speed.md")
    args = parser.parse_args()
    ratio, difference = many_at_once(args.networks, args.steps, args.device)
    lines = [
        f"{args.networks} networks (m = 64, two layers, n = N = d = 8), {args.steps} steps: {ratio:.3g} times as fast "
        f"as {args.networks} plain torch loops (median of {ROUNDS} rounds in turns); the losses of the first 20 steps "
        f"differ by at most {difference:.1e}.",
        "",
        "| width m | networks | training, Gflop/s | matrix product, Gflop/s | share |",
        "|---|---|---|---|---|",
    ]
    for m, networks in ((512, 8), (1024, 4), (2048, 2)):
        rate, best, share = share_of_machine(m, networks, args.device)
        lines.append(f"| {m} | {networks} | {rate:.3g} | {best:.3g} | {100 * share:.0f} % |")
    print("\n".join(lines))
    if args.write:
        write_between(PAGE, args.device, "\n".join(lines))


if __name__ == "__main__":
    main()
