"""Words of the design space: free arguments, which a case gives or does not; mixins for both kinds of numbers."""

from __future__ import annotations

from typing import Any

from numerics.targets.base import NotAvailable


class DesignMeasurements:
    """float64 enclosures."""

    def _argument(self) -> Any:
        raise NotAvailable(
            "rho, level, P_mean, P_std and sigma_data are free arguments, which this case does not give: add a value "
            "to Case.free, or cases that draw one (verify.design_cases)"
        )

    _rho = _level = _P_mean = _P_std = _sigma_data = _argument


class DesignBallMeasurements(DesignMeasurements):
    """Arb balls; lists on the grid."""
