"""Words for the whole error of a sampler whose score is a trained network.

The network of ``theory.vocabulary.training`` after K steps is the score s_theta(v[k], x) = S(theta; (x, sigma[k])) of
the score sampler on the grid whose levels k < N it was trained on. What is sampled has an interval that holds for the
finite number of draws.
"""

from __future__ import annotations

from theory.vocabulary.words import indexed, scalar

loss_net = indexed(
    "loss_net", "denoising loss E||sigma[k] S + xi||^2 of the trained network on fresh data and noise, sampled",
    "1", ">= 0", r"\ell_{\mathrm{net}}",
)  # fmt: skip
E_S_net = scalar(
    "E_S_net",
    "error of the trained network in the path KL of the score sampler, from its losses on fresh data, sampled",
    "nats", ">= 0", r"E_S^{\mathrm{net}}", nonnegative=True,
)  # fmt: skip
KL_path_net = scalar(
    "KL_path_net",
    "KL of the path laws of the exact reverse process and of the score sampler with the trained network, sampled from "
    "the transition densities",
    "nats", ">= 0", r"\mathrm{KL}^{\mathrm{net}}_{\mathrm{path}}", nonnegative=True,
)  # fmt: skip
