"""The frame of a SARIF 2.1.0 log, which code hosts and editors show beside the lines at fault.

OASIS, *Static Analysis Results Interchange Format (SARIF) Version 2.1.0*.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def sarif_log(
    tool: str, rules: Sequence[dict[str, Any]], results: Sequence[dict[str, Any]], failures: Sequence[str] = ()
) -> dict[str, Any]:
    """One run of a tool.

    Args:
        tool: its name.
        rules: reportingDescriptor objects.
        results: result objects.
        failures: what kept the tool from its work; with any, the run counts as one that did not succeed.
    """
    invocation: dict[str, Any] = {"executionSuccessful": not failures}
    if failures:
        notes = [{"level": "error", "message": {"text": text}} for text in failures]
        invocation["toolExecutionNotifications"] = notes
    run = {
        "tool": {"driver": {"name": tool, "version": version("scoreproof"), "rules": list(rules)}},
        "invocations": [invocation],
        "columnKind": "unicodeCodePoints",
        "results": list(results),
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def as_sentence(text: str) -> str:
    """With a capital and one full stop."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."
