"""Lists, arrays and tensors of numbers, on any device and of any precision."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from verify.language.errors import BadInput, quoted
from verify.schedules.given import FloatArray, Given

MAX_SIGMAS = 10**7
_SHOWN = 4


def read_numbers(thing: Any) -> Given:
    """The sigmas of a list, tuple, array or tensor; ``{"sigmas": [...]}`` is read as its list.

    NaN and infinity pass: they are for ``lint`` to name.

    Raises:
        BadInput: nothing in it, not a flat list, or an entry that is no real number.
    """
    if isinstance(thing, dict):
        if "sigmas" not in thing:
            raise BadInput(f"a dict with the keys {quoted(list(thing))} has no sigmas; give the list itself")
        thing = thing["sigmas"]
    sigmas, precision = as_floats(thing)
    return Given(sigmas, label=_label(sigmas), source=kind_of(thing), precision=precision)


def as_floats(thing: Any, what: str = "sigma") -> tuple[FloatArray, str]:
    """A fresh float64 array of shape (n,), and the name of the type that the numbers had.

    Raises:
        BadInput: as ``read_numbers``; ``what`` names an entry in the message.
    """
    if hasattr(thing, "detach") and hasattr(thing, "dtype"):  # a tensor, which torch alone can read
        return _of_tensor(thing, what)
    if isinstance(thing, np.ma.MaskedArray) and np.ma.is_masked(thing):
        at = int(np.argmax(np.ma.getmaskarray(thing).ravel()))
        raise BadInput(f"{what}[{at}] is masked; fill it in or remove it")
    try:
        array = np.asarray(thing)
    except Exception as error:  # ragged lists, arrays on another device: each library has its own type of error
        raise BadInput(f"{what} cannot be read ({str(error).split('. ')[0]}); give a flat list of numbers") from None
    _require_flat(what, thing, array.shape)
    if array.dtype.kind not in "fiu" or (isinstance(thing, list | tuple) and any(isinstance(x, bool) for x in thing)):
        # As objects: numpy turns [1, "a"] into two texts and [1, True] into two numbers, and hides what is at fault.
        entries = thing if isinstance(thing, list | tuple) else array
        array = np.array([_real(f"{what}[{i}]", entry) for i, entry in enumerate(entries)], dtype=np.float64)
    with np.errstate(over="ignore"):
        return array.astype(np.float64), _precision(thing, array)


def kind_of(thing: Any) -> str:
    """``list``, ``numpy array``, ``torch tensor``, or the type's name with its library."""
    kind = type(thing)
    library = kind.__module__.partition(".")[0]
    if library == "builtins":
        return kind.__name__
    return f"{library} {'array' if isinstance(thing, np.ndarray) else kind.__name__.lower()}"


def _of_tensor(tensor: Any, what: str) -> tuple[FloatArray, str]:
    precision = str(tensor.dtype).removeprefix("torch.")
    _require_flat(what, tensor, tuple(tensor.shape))
    if precision == "bool" or getattr(tensor, "is_complex", lambda: False)():
        raise BadInput(f"{what} holds {precision}, not real numbers; give a tensor of floats")
    try:
        array = tensor.detach().cpu().double().numpy()
    except Exception as error:  # meta, sparse and quantised tensors
        raise BadInput(f"{what} cannot be read ({str(error).split('. ')[0]}); give a plain tensor of floats") from None
    return np.array(array, dtype=np.float64), precision


def _require_flat(what: str, thing: Any, shape: tuple[int, ...]) -> None:
    if shape == ():
        raise BadInput(
            f"one {kind_of(thing)}, of shape (), is no list of sigmas; give a list, array, tensor or function"
        )
    if len(shape) != 1:
        raise BadInput(f"{what} has shape {shape}, not (n,); give a flat list of numbers")
    if shape[0] == 0:
        raise BadInput(f"the {kind_of(thing)} has no {what}s; give at least two")
    if shape[0] > MAX_SIGMAS:
        raise BadInput(f"{shape[0]} {what}s; the limit is {MAX_SIGMAS}, give fewer")


def _real(name: str, entry: Any) -> float:
    """A number, which may be NaN or infinite. Raises BadInput."""
    try:
        if isinstance(entry, str | bytes | bool | np.bool_ | complex | np.complexfloating) or entry is None:
            raise TypeError
        return float(entry)
    except (TypeError, ValueError, RuntimeError, OverflowError):
        raise BadInput(f"{name} = {quoted(repr(entry), 30)} is not a real number; give a float") from None


def _precision(thing: Any, array: NDArray[Any]) -> str:
    """The type of the array, or of the numbers that a list holds (float32 scalars make a float64 list)."""
    if isinstance(thing, list | tuple) and thing and all(hasattr(entry, "dtype") for entry in thing):
        names = {str(entry.dtype).removeprefix("torch.") for entry in thing}
        return min(names, key=lambda name: (_bits(name), name))
    return "float64" if isinstance(thing, list | tuple | range) else str(array.dtype.newbyteorder("="))


def _bits(name: str) -> int:
    return int("".join(c for c in name if c.isdigit()) or 64)


def _label(sigmas: FloatArray) -> str:
    shown = [f"{x:.6g}" for x in sigmas[:_SHOWN]]
    if len(sigmas) > _SHOWN:
        shown[-1:] = ["...", f"{sigmas[-1]:.6g}"]
    return f"[{', '.join(shown)}]"
