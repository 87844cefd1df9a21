"""The paper's statements on training: gradient descent on denoising score matching.

S is the network, L its training loss, beta_j the weight of noise level sigma_j, g_j = beta_j sigma_j^2, r_ij the
residual of data point i at level j, f_ij = beta_j ||r_ij||^2; m width, d dimension, n data points, N noise levels.
"""

from theory.paper.statement import Picture, Statement, untranscribed

_RATES = Picture("training-rates.png", "Printed exponents of the sizes, and measured ones with their intervals")

TRAINING = (
    Statement(
        key="eq4",
        number="Eq. (4)",
        title="denoising score matching",
        says="The squared error of a score is its denoising loss, with the weight `1/sigma_bar`, plus a constant of "
        "the data: `E||s - grad log p||^2 = E||sigma_bar s + xi||^2/sigma_bar + C_t`.",
        also=("info.dsm",),
        remark="Algebra gives the weight `1/sigma_bar^2`, and `C_t = -mmse/sigma_bar^4`.",
    ),
    Statement(
        key="thm1",
        number="Theorem 1",
        title="convergence of gradient descent",
        says="With the step size `h = Theta(n N/(m min_j g_j))` the training loss of a wide enough network falls like "
        "`L_K <= prod_s (1 - C5 h g_{j*(s)} m d^{(a0-1)/2}/(n^3 N^2)) L_0`, where `j*(s)` is the noise level of the "
        "largest `f_ij` at step `s`.",
        uses=("lemma1", "lemma5", "lemma8"),
        pictures=(
            Picture("training-steps.png", "h lambda_max of networks at the printed step size, against n and against N"),
            Picture("training-loss.png", "Losses at the printed step size, and at half of 1/lambda_max"),
            Picture("training-spectrum.png", "Eigenvalues of the kernel along the run, in narrow and wide networks"),
        ),
        remark="What is refuted is the step size: the largest eigenvalue of the kernel is too large for it. At a "
        "stable step size the printed rate holds for some `C5`, and is loose.",
    ),
    Statement(
        key="cor2",
        number="Corollary 2",
        title="nearly equal losses at all noise levels",
        says="Where all `f_ij` are nearly equal, the lower bound of Lemma 1 holds with `max_j g_j` in place of "
        "`g_{j*}`.",
        uses=("lemma1",),
        pictures=(Picture("weightings.png", "Steps of gradient descent to a given loss, for several weightings"),),
        remark="What weights of this kind are worth in training is [measured](weightings.md), not a theorem.",
    ),
    Statement(
        key="prop1",
        number="Proposition 1",
        title="the loss at the ends of the noise range",
        says="The residual of one sample is `||sigma S(x + sigma xi) + xi|| > ||xi|| - eps` at small `sigma`, and at "
        "least `M^2 (||S(xi)|| - eps)` for `sigma > M`.",
        remark="Stated here with an explicit `eps`, for networks without biases. The growth at large noise belongs to "
        "networks without preconditioning: of the exact score the same loss is `mmse/sigma^2`, which falls.",
    ),
    Statement(
        key="lemma1",
        number="Lemma 1",
        title="lower bound of the initial gradient",
        says="At the random initial network `||grad L||^2 >= C6 m d^{(a0-1)/2}/(n^3 N^2) g_{j*} L`, `1/2 < a0 < 1`, "
        "with `(i*, j*)` the largest `f_ij`.",
        uses=("lemma2", "lemma3", "lemma4"),
        pictures=(_RATES,),
    ),
    Statement(
        key="lemma2",
        number="Lemma 2",
        title="two half spaces",
        says="For `w` uniform on the sphere, `P(w.a >= 0 and w.b >= 0) = (pi - angle)/(2 pi)`.",
        verbatim=True,
    ),
    Statement(
        key="lemma3",
        number="Lemma 3",
        title="the area of a spherical cap",
        says="A cap of angle `t` takes the share `1/2 I_{sin^2 t}((d-1)/2, 1/2)` of the sphere.",
        verbatim=True,
    ),
    Statement(
        key="lemma4",
        number="Lemma 4",
        title="norms concentrate",
        says="The squared norms of the noisy data `X_ij` and of the layers `q_l` of the random network concentrate "
        "around their means.",
        remark="Stated here by the exact moments behind it, and Chebyshev's inequality.",
    ),
    Statement(
        key="lemma5",
        number="Lemma 5",
        title="upper bound of the initial gradient",
        says="At the random initial network the gradient of each layer is `||grad_{W_l} L||^2 = O(m N max_j g_j) L`.",
        uses=("lemma4",),
        pictures=(_RATES,),
    ),
    untranscribed("lemma6", "Lemma 6"),
    untranscribed("lemma7", "Lemma 7"),
    Statement(
        key="lemma8",
        number="Lemma 8",
        title="semi-smoothness of the loss",
        says="The loss leaves its linear approximation by at most `sqrt(L) O(layers^2 sqrt(m) d) ||dtheta||^2`.",
        remark="What is missing is the Gauss-Newton term, which has no factor `sqrt(L)`.",
    ),
    Statement(
        key="remark1",
        number="Remark 1",
        title="what training cannot remove",
        says="The training loss can approach 0, while the loss on fresh data stays above `-C_bar > 0`.",
        uses=("eq4",),
        remark="`-C_bar` is taken with the corrected weight of eq. (4): `1/2 sum_j beta_j mmse(v_j)/v_j`.",
    ),
    untranscribed("remark2", "Remark 2"),
)
