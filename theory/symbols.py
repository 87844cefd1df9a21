"""The two indices and the time symbol that everything in ``theory`` shares."""

from sympy import Symbol

k = Symbol("k", integer=True, nonnegative=True)
N = Symbol("N", integer=True, positive=True)
t = Symbol("t", positive=True)
