"""Findings of lint as SARIF 2.1.0, which code hosts and editors show beside the lines at fault.

OASIS, *Static Analysis Results Interchange Format (SARIF) Version 2.1.0*.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

from verify.schedules.findings import Finding
from verify.schedules.given import Given
from verify.schedules.lint import RULES

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_WITH_LINES = (".csv", ".txt")  # rows of other files are positions, not lines
_FILES = (*_WITH_LINES, ".json", ".npy")


def as_sarif(schedules: Iterable[tuple[str, Given, Sequence[Finding]]]) -> dict[str, Any]:
    """One run of lint as a SARIF log.

    Args:
        schedules: for each, the text that named it (a file, ``file.py:function``, or a call), what was read, and what
            was found in it.
    """
    names = list(RULES)
    results = [
        _result(finding, names.index(finding.rule), text, given)
        for text, given, findings in schedules
        for finding in findings
    ]
    driver = {
        "name": "scoreproof schedule lint",
        "version": version("scoreproof"),
        "rules": [_rule(name) for name in names],
    }
    run = {
        "tool": {"driver": driver},
        "invocations": [{"executionSuccessful": True}],
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(name: str) -> dict[str, Any]:
    rule = RULES[name]
    return {
        "id": name,
        "shortDescription": {"text": _sentence(rule.says)},
        "fullDescription": {"text": _sentence(rule.why)},
        "help": {"text": _sentence(rule.fix)},
        "defaultConfiguration": {"level": rule.level},
    }


def _result(finding: Finding, index: int, text: str, given: Given) -> dict[str, Any]:
    plain = finding.as_json()
    return {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": finding.level,
        "message": {"text": f"{_sentence(finding.message)} Fix: {finding.fix}."},
        "locations": [_location(text, given, finding.index)],
        "properties": {key: plain[key] for key in ("index", "value", "fix", "nats")},
    }


def _location(text: str, given: Given, index: int | None) -> dict[str, Any]:
    """The file and line where there is one; always the schedule's name and the position in its list."""
    place = given.label if index is None else f"{given.label}[{index}]"
    location: dict[str, Any] = {"logicalLocations": [{"fullyQualifiedName": place, "kind": "array"}]}
    file = _file(text)
    if file is not None:
        physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(file)}}
        if file.suffix.lower() in _WITH_LINES and index is not None and index < len(given.rows):
            physical["region"] = {"startLine": given.rows[index]}
        location["physicalLocation"] = physical
    return location


def _file(text: str) -> Path | None:
    """The file that a text names, if it names one."""
    word = text.strip()
    if ".py:" in word:
        return Path(word.rpartition(":")[0])
    return Path(word) if word.lower().endswith(_FILES) else None


def _uri(file: Path) -> str:
    """Relative to the current folder where the file lies under it, as code hosts want it; else absolute."""
    whole = Path(os.path.abspath(file.expanduser()))
    here = Path.cwd()
    return quote(whole.relative_to(here).as_posix()) if whole.is_relative_to(here) else whole.as_uri()


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."
