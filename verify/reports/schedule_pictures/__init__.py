"""Pictures of schedules: what lint found, a ranking, an optimum, a check against a baseline."""

from verify.reports.schedule_pictures.checked import draw_check
from verify.reports.schedule_pictures.findings import draw_lint
from verify.reports.schedule_pictures.optimum import draw_optimum
from verify.reports.schedule_pictures.ranking import draw_ranking

__all__ = ["draw_check", "draw_lint", "draw_optimum", "draw_ranking"]
