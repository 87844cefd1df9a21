"""What becomes of a run's events: one handler, and one file, for each output."""

from verify.reports.handlers.base import Handler, deliver

__all__ = ["Handler", "deliver"]
