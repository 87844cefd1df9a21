"""What lint takes from Python."""

from __future__ import annotations

import pytest

from verify.language.errors import BadInput
from verify.schedules.lint import lint
from verify.schedules.reading import given


def test_lint_reads_what_others_read():
    as_list, as_given = lint([3.0, 2.0, 2.0, 1.0]), lint(given([3.0, 2.0, 2.0, 1.0]))
    assert [finding.rule for finding in as_list] == [finding.rule for finding in as_given] == ["repeated"]
    assert [finding.rule for finding in lint(lambda: [3.0, 2.0, 2.0, 1.0])] == ["repeated"]
    with pytest.raises(BadInput, match="dict"):
        lint({})


def test_lint_refuses_a_sampler_that_there_is_not():
    with pytest.raises(BadInput, match="no sampler 'foo'"):
        lint([3.0, 2.0, 1.0], sampler="foo")
