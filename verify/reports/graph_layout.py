"""Layered places for the nodes of an acyclic graph, from left to right: what is used stands left of what uses it.

Sugiyama's method: layers by longest paths, a bend wherever an edge passes a layer, and sweeps that order each layer by
the mean place of its neighbours. Nodes without edges are put apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import Any

SWEEPS = 24
Edge = tuple[str, str]
Place = tuple[float, float]


@dataclass(frozen=True)
class Layout:
    """Places in units of one column and one row; y grows downwards.

    Attributes:
        places: (column, row) of every node that has an edge.
        routes: for each edge the places that its line passes, both ends included.
        alone: nodes without edges, in their given order.
        columns, rows: size of the layered part.
    """

    places: dict[str, Place]
    routes: dict[Edge, list[Place]]
    alone: list[str] = field(default_factory=list)
    columns: int = 0
    rows: int = 0


def layered(nodes: Sequence[str], edges: Iterable[Edge]) -> Layout:
    """Where to draw nodes, and how edges (from what is used, to what uses it) run.

    Raises:
        ValueError: the edges make a circle, or lead to an unknown node.
    """
    links = list(dict.fromkeys(edges))
    ends = {end for link in links for end in link}
    strange = sorted(ends - set(nodes))
    if strange:
        raise ValueError(f"an edge leads to {', '.join(strange)}, which is no node of the graph")
    drawn = [node for node in nodes if node in ends]
    layer = _layers(drawn, links)
    chains = {edge: _chain(edge, layer) for edge in links}
    columns = _ordered(layer, chains)
    rows = max((len(column) for column in columns), default=0)
    places: dict[Any, Place] = {}
    for x, column in enumerate(columns):
        gap = rows / len(column)  # spread over the whole height: bends get room
        places |= {node: (float(x), (i + 0.5) * gap) for i, node in enumerate(column)}
    routes = {edge: [places[stop] for stop in chain] for edge, chain in chains.items()}
    alone = [node for node in nodes if node not in ends]
    return Layout({node: places[node] for node in drawn}, routes, alone, len(columns), rows)


def _layers(nodes: Sequence[str], edges: Sequence[Edge]) -> dict[Any, int]:
    """The longest path to each node; what is used late moves right, next to its first user."""
    used: dict[str, list[str]] = {node: [] for node in nodes}
    users: dict[str, list[str]] = {node: [] for node in nodes}
    for source, target in edges:
        used[target].append(source)
        users[source].append(target)
    try:
        order = list(TopologicalSorter(used).static_order())
    except CycleError as why:
        circle = " -> ".join(why.args[1])
        raise ValueError(f"the graph has a circle: {circle}; what rests on itself cannot be put in layers") from None
    layer: dict[Any, int] = {}
    for node in order:
        layer[node] = max((layer[one] + 1 for one in used[node]), default=0)
    for node in reversed(order):
        layer[node] = min((layer[user] - 1 for user in users[node]), default=layer[node])
    return {node: layer[node] for node in nodes}


def _chain(edge: Edge, layer: dict[Any, int]) -> list[Any]:
    """The edge's ends with a bend in every layer between them; ``layer`` gets the bends as well."""
    source, target = edge
    bends = [(edge, at) for at in range(layer[source] + 1, layer[target])]
    layer.update({bend: bend[1] for bend in bends})
    return [source, *bends, target]


def _ordered(layer: dict[Any, int], chains: dict[Edge, list[Any]]) -> list[list[Any]]:
    """The layers, each ordered so that few edges cross."""
    columns: list[list[Any]] = [[] for _ in range(max(layer.values(), default=-1) + 1)]
    for node, at in layer.items():
        columns[at].append(node)
    links = [link for chain in chains.values() for link in pairwise(chain)]
    neighbours: dict[Any, dict[int, list[Any]]] = {node: {-1: [], 1: []} for node in layer}
    for left, right in links:
        neighbours[left][1].append(right)
        neighbours[right][-1].append(left)
    best, fewest = [list(column) for column in columns], _crossings(columns, links)
    for sweep in range(SWEEPS):
        side = -1 if sweep % 2 == 0 else 1
        for at in range(len(columns))[::-side]:
            row = {node: (i + 0.5) / len(column) for column in columns for i, node in enumerate(column)}
            mean = {node: _mean([row[other] for other in neighbours[node][side]], row[node]) for node in columns[at]}
            columns[at].sort(key=mean.__getitem__)
        if (count := _crossings(columns, links)) < fewest:
            best, fewest = [list(column) for column in columns], count
    return best


def _mean(rows: list[float], own: float) -> float:
    return sum(rows) / len(rows) if rows else own


def _crossings(columns: list[list[Any]], links: list[tuple[Any, Any]]) -> int:
    row = {node: i for column in columns for i, node in enumerate(column)}
    at = {node: x for x, column in enumerate(columns) for node in column}
    count = 0
    for x in range(len(columns)):
        here = [(row[left], row[right]) for left, right in links if at[left] == x]
        count += sum((a[0] - b[0]) * (a[1] - b[1]) < 0 for i, a in enumerate(here) for b in here[:i])
    return count
