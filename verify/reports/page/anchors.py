"""Anchors of claims: their ids, where these can be addresses and no part of the page has the same name."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

TAKEN = (
    *("contents", "unexpected", "unjudged", "claims-section", "claims", "all-claims", "filters", "filter", "matches"),
    *("inconclusive", "graph", "schedules", "regimes", "training", "mutants"),
)
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9._:-]*")


def anchors(ids: Iterable[str]) -> dict[str, str]:
    """The anchor of each claim; all are different from each other and from the page's own."""
    return {id: _anchor(id) for id in ids}


def _anchor(id: str) -> str:
    if _PLAIN.fullmatch(id) and id.lower() not in TAKEN and not id.startswith("claim--"):
        return id
    return f"claim--{hashlib.sha256(id.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"
