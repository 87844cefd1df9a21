"""The law of a 64-step sampler's output on a one-dimensional mixture: its density, not samples of it.

On the noise grid that the field uses most, ``karras(sigma_min=0.002, sigma_max=80)``. Dense matrices must resolve the
noise of the last steps, 0.001 wide, over all of the data; ours follows the density's own smoothness
(``numerics.terminal.smooth``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from verify.bench.row import Accuracy, Case, Row, Scaling, Setting

WANTED = 1e-8
REACH = 6.5  # where tails are cut, in standard deviations
# points per length of variation, ours and the matrices': about the least that reaches 1e-8; few and large steps bend
# the density more
RESOLUTION, PLAINLY = 1.0, 1.1
SMALL_RESOLUTION, SMALL_PLAINLY = 1.2, 1.5
LARGE, SMALL = (64, 0.002, 80.0), (12, 0.05, 9.0)  # steps, sigma_min, sigma_max
MOST_COMPARED = 500  # points


def make(setting: Setting) -> Case:
    """Both sides on a mixture of two, denoiser sampler, from N(0, v_0)."""
    import numpy as np

    from numerics.mixture_quadrature import MixtureLaw
    from numerics.samplers import Denoiser
    from numerics.targets import GaussianMixture
    from numerics.terminal import OutputDensity, propagate
    from numerics.terminal.density import propagate_particles
    from theory.grids import karras
    from verify.bench.rows.terminal_law_plainly import Mixture, Steps

    weights, means, stds = [0.3, 0.7], [-1.5, 1.0], [0.25, 0.4]
    target = GaussianMixture(weights=weights, means=means, stds=stds)
    steps, sigma_min, sigma_max = setting.pick(LARGE, SMALL)
    v = karras(steps + 1, sigma_min, sigma_max).v
    mixture = Mixture(np.array(weights), np.array(means), np.array(stds))

    def plainly() -> OutputDensity:
        dense = Steps.of(mixture, v, setting.pick(PLAINLY, SMALL_PLAINLY), REACH)
        return OutputDensity(dense.axes[-1], dense.density())

    def check(mine: OutputDensity, theirs: OutputDensity) -> list[Accuracy]:
        reference = propagate_particles(MixtureLaw.of(target), target, v, Denoiser(), "noise", 2.4, 10.0)

        def error(found: OutputDensity) -> float:
            every = slice(None, None, max(1, len(found.nodes) // MOST_COMPARED))
            exact = np.exp(reference.log_density(found.nodes[every]))
            return float(np.max(np.abs(found.density[every] - exact)))

        of = "density, absolute, against trapezoid sums at twice the resolution"
        return [Accuracy(error(mine), error(theirs), of, WANTED)]

    resolution = setting.pick(RESOLUTION, SMALL_RESOLUTION)
    dense = Steps.of(mixture, v, setting.pick(PLAINLY, SMALL_PLAINLY), REACH)
    largest = max(a.size * b.size for a, b in zip(dense.axes[:-1], dense.axes[1:], strict=True))
    return Case(
        ours=lambda: propagate(target, v, "denoiser", resolution=resolution, reach=REACH),
        other=plainly,
        check=check,
        memory={"largest transition matrix": 8.0 * largest},
    )


def against_steps(steps: int, setting: Setting) -> Callable[[], Any]:
    """The same law by so many steps."""
    from numerics.targets import GaussianMixture
    from numerics.terminal import propagate
    from theory.grids import karras

    target = GaussianMixture(weights=[0.3, 0.7], means=[-1.5, 1.0], stds=[0.25, 0.4])
    v = karras(steps + 1, 0.002, 80.0).v
    return lambda: propagate(target, v, "denoiser", resolution=RESOLUTION, reach=REACH)


def against_components(count: int, setting: Setting) -> Callable[[], Any]:
    """A comb of so many narrow components between -3 and 3, in 32 steps."""
    import numpy as np

    from numerics.targets import GaussianMixture
    from numerics.terminal import propagate
    from theory.grids import karras

    ones = np.ones(count)
    target = GaussianMixture(weights=ones / count, means=np.linspace(-3, 3, count), stds=0.5 / count * ones)
    v = karras(33, 0.002, 80.0).v
    return lambda: propagate(target, v, "denoiser", resolution=RESOLUTION, reach=REACH)


ROWS = (
    Row(
        name="terminal-law",
        work="law of a 64-step sampler on a 1-D mixture, density to 1e-8",
        against="dense transition matrices in NumPy",
        wanted=10.0,
        make=make,
        scaling=(
            Scaling(
                against="N, steps",
                sizes=(64, 128, 256, 512, 1024),
                make=against_steps,
                wanted=1.0,
                why="panels follow the density's smoothness, not the noise of a step, which falls as N rises",
            ),
            Scaling(
                against="N, steps (memory)",
                sizes=(32, 128, 512),
                make=against_steps,
                wanted=0.0,
                unit="bytes",
                why="only the law of the present level is kept",
            ),
            Scaling(
                against="components",
                sizes=(4, 8, 16, 32, 64),
                make=against_components,
                wanted=2.0,
                why="as many panels as components, and the denoiser sums over all components at each point",
            ),
        ),
    ),
)
