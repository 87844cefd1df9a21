"""The schedule may not become worse than the one in baseline.json; ``pytest --schedule-update`` writes it anew."""

import pytest
from schedule import grid


@pytest.mark.schedule(baseline="baseline.json")
def test_schedule():
    return grid()


def test_half_the_steps(schedule_check):
    schedule_check(grid(10), baseline="baseline_9_steps.json")
