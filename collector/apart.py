"""Work that leaves nothing behind: done in a process of its own, only its result comes back.

Reading a hundred thousand circuits takes several times the memory that they need afterwards, and what is freed in
between stays scattered in the heap for as long as a process lives. Here it ends with the process that read.
"""

import gc
import os
import pickle
import sys
from collections.abc import Callable
from typing import Any, TypeVar

from config.errors import LinewalkerError

T = TypeVar("T")


def apart(work: Callable[[], T]) -> T:
    """What `work` gives, done in a child that ends with it; raises the LinewalkerError that it raised.

    To be called before the process has other threads: a child has only the one that made it.
    """
    heard, told = os.pipe()
    child = os.fork()
    if not child:
        os.close(heard)
        _tell(work, told)
    os.close(told)
    try:
        with os.fdopen(heard, "rb") as answer:
            found = _heard(answer)
    finally:
        os.waitpid(child, 0)
    if isinstance(found, LinewalkerError):
        raise found
    result: T = found
    return result


def _tell(work: Callable[[], object], told: int) -> None:
    status = 1
    gc.disable()  # it ends in a moment, and what it makes is no garbage before that
    try:
        try:
            result = work()
        except LinewalkerError as error:
            result = error
        with os.fdopen(told, "wb") as answer:
            pickle.dump(result, answer, pickle.HIGHEST_PROTOCOL)
        status = 0
    except BaseException:  # noqa: BLE001 - a child of ours must end here, and says why as Python would
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(status)


def _heard(answer: Any) -> Any:
    # While very many objects come to life nothing can be garbage, and looking for it would double the time.
    gc.disable()
    try:
        return pickle.load(answer)  # noqa: S301 - our own child wrote it
    except EOFError:
        raise RuntimeError("the process that reads the configuration ended without a word") from None
    finally:
        gc.enable()
