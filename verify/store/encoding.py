"""Records and weights of training runs as bytes: NumPy's npz, with a checksum, and read without executing anything.

Rows of a few steps consist mostly of headers, and runs that have come to rest or diverged of equal numbers, which zlib
makes small; the digits of other records, and of weights, are as good as random, and are left as they are.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import fields

import numpy as np
import torch

from numerics.training.descent import History

PAYS = 0.8  # compressed to less than this share
_NPZ = b"PK"


class Damaged(ValueError):
    """Bytes that were not written here, or have changed since."""


def pack(arrays: dict[str, torch.Tensor]) -> bytes:
    """Tensors on the CPU as bytes."""
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **{name: array.numpy() for name, array in arrays.items()})
    return buffer.getvalue()


def unpack(data: bytes, names: set[str]) -> dict[str, torch.Tensor]:
    """The tensors of these names, to the last bit; of plain or compressed bytes.

    Raises:
        Damaged: the bytes are not what :func:`pack` makes of tensors of these names.
    """
    try:
        plain = data if data[:2] == _NPZ else zlib.decompress(data)
        with np.load(io.BytesIO(plain), allow_pickle=False) as found:
            if set(found.files) != names:
                raise Damaged(f"it has {', '.join(found.files) or 'nothing'} in place of {', '.join(sorted(names))}")
            return {name: torch.from_numpy(found[name]) for name in found.files}
    except (ValueError, TypeError, KeyError, EOFError, OSError, zlib.error, zipfile.BadZipFile) as why:
        raise Damaged(str(why)) from why


def pack_history(records: History) -> bytes:
    """Records as bytes, compressed where it pays."""
    plain = pack({field.name: getattr(records, field.name) for field in fields(History)})
    small = zlib.compress(plain, level=1)
    return small if len(small) < PAYS * len(plain) else plain


def unpack_history(data: bytes) -> History:
    """The records, to the last bit.

    Raises:
        Damaged: the bytes are no records.
    """
    return History(**unpack(data, {field.name for field in fields(History)}))
