"""Reading a certificate from a file that may be damaged or hostile."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from verify.replay.errors import Refused
from verify.replay.format import FORMAT, MAX_BYTES, READABLE, Certificate, digest
from verify.replay.names import FREE, NETWORK_SIZES
from verify.replay.text import Statement, read_statement

MAX_NESTING = 20


def read_certificate(path: Path) -> tuple[Certificate, Statement]:
    """The certificate in a file, and its relation.

    Raises:
        Refused: there is no such file, it is too large, is no certificate of this version, was changed after it was
            written, or speaks of something unknown.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise Refused(f"cannot read {path}: {error.strerror or error}") from None
    if len(raw) > MAX_BYTES:
        raise Refused(f"{path} is larger than {MAX_BYTES // 1_000_000} MB; no certificate is")
    content = _json(raw, path)
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise Refused(f"{path} is no {FORMAT}")
    version = content.get("version")
    if version not in READABLE or isinstance(version, bool):
        reads = " and ".join(map(str, READABLE))
        raise Refused(f"{path} has version {_short(version)}; this program reads the versions {reads}")
    if content.pop("sha256", None) != digest(content):
        raise Refused(f"{path}: the digest does not match, so the file was changed after it was written")
    try:
        certificate = Certificate.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Refused(f"{path}: {where or 'certificate'}: {first['msg']}") from None
    return certificate, _statement(certificate, path)


def _json(raw: bytes, path: Path) -> Any:
    try:
        text = raw.decode("utf-8")
        if _nesting(text) > MAX_NESTING:
            raise Refused(f"{path} is nested deeper than {MAX_NESTING} levels; no certificate is")
        return json.loads(text, object_pairs_hook=_distinct, parse_constant=_no_constant)
    except UnicodeDecodeError:
        raise Refused(f"{path} is not text in UTF-8") from None
    except (ValueError, RecursionError) as error:
        if isinstance(error, Refused):
            raise
        raise Refused(f"{path} is not complete JSON: {error}") from None


def _nesting(text: str) -> int:
    """Largest number of brackets open at once; those inside strings count too, which certificates hardly have."""
    depth = deepest = 0
    in_string = escaped = False
    for c in text:
        if in_string:
            if escaped:
                escaped = False
            elif c == "\\":
                escaped = True
            elif c == '"':
                in_string = False
        elif c == '"':
            in_string = True
        elif c in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif c in "]}":
            depth -= 1
    return deepest


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) != len(pairs):
        raise ValueError("a name occurs twice in one object")
    return dict(pairs)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _statement(certificate: Certificate, path: Path) -> Statement:
    try:
        statement = read_statement(certificate.claim.relation)
    except Refused as why:
        raise Refused(f"{path}: {why}") from None
    for place, case in enumerate(certificate.cases, start=1):
        if statement.needs_grid and not case.v:
            raise Refused(f"{path}: the relation speaks of a grid, which case {place} does not give")
        given = {*case.free, *(NETWORK_SIZES if case.training is not None else ())}
        missing = sorted((statement.names & set(FREE)) - given)
        if missing:
            raise Refused(f"{path}: the relation speaks of {', '.join(missing)}, which case {place} does not give")
    return statement


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."
