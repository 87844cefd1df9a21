"""Pictures of a run as inline SVG: self-contained, coloured by the page's custom properties, readable without eyes.

Each picture is one ``<svg>`` element with unique ids, so that many of them can stand in one HTML page. Text is text.
"""

from verify.reports.svg.counterexample import counterexample
from verify.reports.svg.dependencies import dependencies
from verify.reports.svg.histogram import histogram
from verify.reports.svg.picture import Picture
from verify.reports.svg.regimes import regime_map
from verify.reports.svg.staircases import staircases

__all__ = ["Picture", "counterexample", "dependencies", "histogram", "regime_map", "staircases"]
