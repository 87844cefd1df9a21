"""What the rows of a store have to be before anything is made of them."""

from __future__ import annotations

import json
import math
from typing import Any

_VERDICT: dict[str, tuple[type, ...]] = {
    "status": (str,),
    "how": (str,),
    "examples": (int,),
    "tightness": (list,),
    "seed": (int,),
    "seconds": (int, float),
    "counterexample": (dict, type(None)),
    "largest_violation": (dict, type(None)),
    "tightest": (dict, type(None)),
    "error_rates": (dict, type(None)),
    "detectable": (dict, type(None)),
    "ratios": (list,),
    "proved": (list,),
    "rates": (dict, type(None)),
}
_SETTINGS: dict[str, tuple[type, ...]] = {
    "examples": (int,),
    "seed": (int,),
    "shard_cases": (int,),
    "claims": (dict,),
    "shards": (int,),
    "versions": (dict,),
}


def verdict_record(text: str) -> dict[str, Any]:
    """The record of a verdict, its fields of the types that ``Verdict.record`` gives them.

    Raises:
        ValueError: it is none.
    """
    record = _typed(text, _VERDICT)
    tightness, rates, ids = record["tightness"], record["error_rates"] or {}, record.get("rests_on", [])
    if len(tightness) != 2 or not all(one is None or _is_number(one) for one in tightness):
        raise ValueError(f"tightness is {tightness!r:.60}")
    if not all(map(_is_number, rates.values())):
        raise ValueError(f"error_rates is {rates!r:.60}")
    if not isinstance(ids, list) or not all(isinstance(one, str) for one in ids):
        raise ValueError(f"rests_on is {ids!r:.60}")
    if not math.isfinite(record["seconds"]):
        raise ValueError(f"seconds is {record['seconds']}")
    return record


def settings_record(text: str) -> dict[str, Any]:
    """The record of a run's settings.

    Raises:
        ValueError: it is none.
    """
    record = _typed(text, _SETTINGS)
    if not isinstance(record.get("device", "cpu"), str):
        raise ValueError(f"device is {record['device']!r:.60}")
    return record


def _typed(text: str, types: dict[str, tuple[type, ...]]) -> dict[str, Any]:
    try:
        record = json.loads(text)
    except (TypeError, RecursionError) as why:
        raise ValueError(str(why)) from None
    if not isinstance(record, dict):
        raise ValueError("it is no object")
    for name, wanted in types.items():
        if name not in record:
            raise ValueError(f"it has no {name}")
        value = record[name]
        if not isinstance(value, wanted) or isinstance(value, bool):
            raise ValueError(f"{name} is {value!r:.60}")
    return record


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
