"""The folder is put on the path, so that its tests import what they share from beside them."""

from __future__ import annotations

import socket
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing in the documentation needs a network."""

    def refuse(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX:
            raise OSError(f"a page tried to reach {address}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
