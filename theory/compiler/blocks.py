"""Many cases, a block at a time: intermediate arrays stay in the processor's cache, and memory stays flat."""

from __future__ import annotations

from typing import Any

import numpy as np

from theory.compiler.frame import Environment, Frame
from theory.compiler.ops import NumpyOps
from theory.compiler.tree import Node
from theory.vocabulary import VOCABULARY, Shape

BLOCK = 1 << 16  # numbers of a grid quantity in a block: half a MiB, of which a few fit into a core's cache


def by_blocks(root: Node, names: set[str], env: Environment, ops: NumpyOps) -> Any:
    """The value of a compiled expression, computed over blocks of the first axis of cases.

    A function of the environment, such as ``J``, may hold values of all cases: with one, nothing is cut.

    Args:
        root: compiled by ``ArrayTree``.
        names: the vocabulary names that it uses.
        env: their values.
        ops: plain numpy.
    """
    given = {name: env[name] for name in names if name != "N" and name in env}
    if any(callable(value) for value in given.values()):
        return root(Frame(env, ops))
    axes = {name: _cases(name, value) for name, value in given.items()}
    cases = np.broadcast_shapes(*axes.values())
    cut = {name for name, shape in axes.items() if cases and len(shape) == len(cases) and shape[0] == cases[0]}
    width = max((np.size(given[name]) // max(1, cases[0]) for name in cut), default=1)
    rows = max(1, BLOCK // max(1, width))
    if not cut or cases[0] <= rows:
        return root(Frame(env, ops))
    parts = []
    for start in range(0, cases[0], rows):
        part = slice(start, min(start + rows, cases[0]))
        parts.append(np.broadcast_to(root(Frame(env, ops, part, cut)), (part.stop - start, *cases[1:])))
    return np.concatenate(parts)


def _cases(name: str, value: Any) -> tuple[int, ...]:
    """The axes of cases of a value."""
    indexed = name in VOCABULARY and VOCABULARY[name].shape is Shape.INDEXED
    return np.shape(value)[:-1] if indexed else np.shape(value)
