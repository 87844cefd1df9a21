"""Information quantities (J, mmse, H, ...) of smoothed data: quadrature, ball arithmetic, Monte Carlo."""
