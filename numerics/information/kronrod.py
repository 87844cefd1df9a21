"""Gauss-Kronrod pairs on [-1, 1]: 2n + 1 nodes of which n are those of Gauss, so that two rules share their values.

The n + 1 nodes beside those of Gauss are the zeros of the Stieltjes polynomial E of degree n + 1, which is orthogonal
to x^k P_n for every k <= n; the larger rule is then exact up to degree 3n + 1 (P. J. Davis, P. Rabinowitz, Methods of
Numerical Integration, 2nd ed., section 2.7.1.1).
"""

from __future__ import annotations

import numpy as np
from numpy.polynomial import legendre
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def kronrod(n: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Nodes (2n + 1,), those of Gauss first; weights of Kronrod (2n + 1,); weights of Gauss (n,).

    Accurate to a few units of rounding for 1 <= n <= 30.
    """
    x, w = legendre.leggauss(2 * n + 2)  # exact up to degree 4n + 3, above 3n + 1, the largest product below
    basis = legendre.legvander(x, n + 1)
    products = (basis[:, : n + 1] * (w * basis[:, n])[:, None]).T @ basis
    # E = P_{n+1} + sum of a_k P_k; P_0, or what the parity of E forbids, has no product that could fix it: 0
    lower = np.linalg.lstsq(products[:, : n + 1], -products[:, n + 1], rcond=None)[0]
    stieltjes = np.append(lower, 1.0)
    added = legendre.legroots(stieltjes)
    for _ in range(2):  # Newton: roots of a companion matrix lack the last digits
        added = added - legendre.legval(added, stieltjes) / legendre.legval(added, legendre.legder(stieltjes))
    gauss, gauss_weights = legendre.leggauss(n)
    nodes = np.concatenate([gauss, added])
    # the rule through these nodes: exact for P_0, whose integral is 2, and P_1, ..., P_2n, whose integrals are 0
    weights = np.linalg.solve(legendre.legvander(nodes, 2 * n).T, np.append(2.0, np.zeros(2 * n)))
    return nodes, weights, gauss_weights
