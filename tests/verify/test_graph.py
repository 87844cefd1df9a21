"""Pictures of dependencies: layers run from what is used to what uses it, and every name can be read."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from theory.claims import Expected, catalogue
from verify.cli import main
from verify.reports.graph import HOLDS, Node, draw_graph
from verify.reports.graph_layout import layered


def texts(svg: Path) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg.read_text(encoding="utf-8"))


def crossings(layout) -> int:
    steps = [step for route in layout.routes.values() for step in pairwise(route)]
    return sum(
        a[0][0] == b[0][0] and (a[0][1] - b[0][1]) * (a[1][1] - b[1][1]) < 0
        for i, a in enumerate(steps)
        for b in steps[:i]
    )


def test_what_is_used_stands_left_of_what_uses_it():
    edges = [("a", "b"), ("b", "c"), ("a", "c"), ("d", "c")]
    layout = layered(["a", "b", "c", "d", "e"], edges)
    column = {node: x for node, (x, _) in layout.places.items()}
    assert all(column[source] < column[target] for source, target in edges)
    assert column["d"] == column["c"] - 1  # next to its user, not in the first layer
    assert layout.alone == ["e"]


def test_an_edge_bends_in_every_layer_that_it_passes_and_meets_no_box_there():
    layout = layered(["a", "b", "c"], [("a", "b"), ("b", "c"), ("a", "c")])
    route = layout.routes["a", "c"]
    assert [x for x, _ in route] == [0, 1, 2]
    assert route[1] != layout.places["b"]


def test_layers_are_ordered_so_that_edges_need_not_cross():
    pairs = [(f"left{i}", f"right{9 - i}") for i in range(10)]
    nodes = [f"{side}{i}" for side in ("left", "right") for i in range(10)]
    assert crossings(layered(nodes, pairs)) == 0


def test_a_circle_and_an_unknown_end_are_refused():
    with pytest.raises(ValueError, match=r"circle: .*a"):
        layered(["a", "b"], [("a", "b"), ("b", "a")])
    with pytest.raises(ValueError, match="leads to z"):
        layered(["a"], [("a", "z")])


@pytest.mark.parametrize("suffix", [".svg", ".png", ".pdf"])
def test_the_same_graph_gives_the_same_file(tmp_path, suffix):
    nodes = [Node("a", ("Lemma 1", "holds"), HOLDS), Node("b", ("Theorem 1",), HOLDS), Node("c", ("alone",), HOLDS)]
    first, second = tmp_path / f"1{suffix}", tmp_path / f"2{suffix}"
    for to in (first, second):
        draw_graph(nodes, [("a", "b")], to, dashed=[("a", "b")])
    assert first.read_bytes() == second.read_bytes()


def test_claims_graph_draws_every_claim_with_its_colour(tmp_path, capsys):
    to = tmp_path / "claims.svg"
    with pytest.raises(SystemExit) as stop:
        main(["claims", "graph", "--plot", str(to)])
    assert stop.value.code == 0
    assert f"picture: {to}" in capsys.readouterr().out.replace("\n", "")
    written = texts(to)
    assert set(catalogue()) <= set(written)
    refuted = sum(claim.expected is Expected.REFUTED for claim in catalogue().values())
    assert to.read_text().count("fill: #fbe0d0") == refuted + 1  # and the legend's


@pytest.mark.parametrize("name", ["claims.gif", "claims"])
def test_a_picture_of_another_kind_is_bad_input(tmp_path, capsys, name):
    with pytest.raises(SystemExit) as stop:
        main(["claims", "graph", "--plot", str(tmp_path / name)])
    assert stop.value.code == 2
    assert ".svg" in capsys.readouterr().err
