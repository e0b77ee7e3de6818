"""A throughput test against an iperf3 server, led by the program iperf3. What it says is believed only in part.

What was received here is counted by our own kernel. What was sent is counted by the far end, which may be wrong or
lie; so it is held against what left here and against our own clock.
"""

import asyncio
import json
import math
import shutil
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from probes.names import is_address
from probes.transfers import FailedTestError, Order, Transfer, measured, settling

PORT = 5201
PROGRAM = "iperf3"
_CONNECT_SECONDS = 5.0
# It keeps to a rate in whole blocks: big ones are too coarse for a narrow line, small ones too slow for a wide one.
_LEAST_BLOCK, _MOST_BLOCK, _BLOCKS_A_SECOND = 1024, 131072, 50
_SPARE_SECONDS = 10.0  # for connecting, and for both sides to exchange what they counted
# The program must end when we do, however we end, and no shell or library of its own sees to that.
_TIED = "import ctypes,os,sys;ctypes.CDLL(None).prctl(1,9);os.execv(sys.argv[1],sys.argv[1:])"


async def run(order: Order) -> Transfer:
    """One test. Raises FailedTestError."""
    program = shutil.which(PROGRAM)
    if program is None:
        raise FailedTestError("iperf3 is not installed here")
    begun = asyncio.get_running_loop().time()
    written = await _ended([program, *arguments(order)], order.lasting + _SPARE_SECONDS)
    return read(written, order, asyncio.get_running_loop().time() - begun)


def arguments(order: Order) -> list[str]:
    """What iperf3 is called with."""
    far = urlsplit(order.far_end)
    omitted = settling(order.lasting)
    given = {
        "--client": far.hostname or "",
        "--port": str(far.port or PORT),
        "--time": str(math.floor(order.lasting - omitted)),
        "--omit": str(math.floor(omitted)),
        "--bitrate": str(order.rate),
        "--length": str(max(_LEAST_BLOCK, min(_MOST_BLOCK, order.rate // 8 // _BLOCKS_A_SECOND))),
        "--connect-timeout": str(round(_CONNECT_SECONDS * 1000)),
    }
    if order.source:
        given["--bind" if is_address(order.source) else "--bind-dev"] = order.source
    reverse = ["--reverse"] if order.direction == "receive" else []
    return ["--json", *(word for pair in given.items() for word in pair), *reverse]


def read(written: bytes, order: Order, elapsed: float) -> Transfer:
    """What iperf3 measured; `elapsed` is how long it ran by our own clock. Raises FailedTestError."""
    try:
        said = json.loads(written)
        if said.get("error"):
            raise FailedTestError("iperf3: {error}", error=_plain(str(said["error"])))
        received = _sum(said["end"]["sum_received"])
        sent = _sum(said["end"]["sum_sent"])
        moved = sum(_sum(one["sum"])[0] for one in said["intervals"])
        segment = said.get("start", {}).get("tcp_mss_default")
    except (ValueError, KeyError, TypeError, AttributeError):
        raise FailedTestError("iperf3 said nothing that can be read") from None
    # Of the two clocks one is ours; the longer time gives the lower rate.
    seconds = max(received[1], sent[1])
    if order.direction == "send" and received[0] > moved:
        raise FailedTestError(
            "the far end says that it received {received} bytes of {sent} sent",
            received=received[0],
            sent=moved,
        )
    if seconds > elapsed:
        raise FailedTestError(
            "{seconds} s were measured in a test of {elapsed} s",
            seconds=f"{seconds:.1f}",
            elapsed=f"{elapsed:.1f}",
        )
    return measured(
        received[0], seconds, moved, segment if isinstance(segment, int) and segment > 0 else None
    )


def _sum(said: Any) -> tuple[int, float]:
    """Bytes and seconds. Raises ValueError for what is none."""
    amount, seconds = said["bytes"], said["seconds"]
    if not (isinstance(amount, int) and isinstance(seconds, int | float)):
        raise TypeError
    if amount < 0 or not 0 <= seconds < math.inf:
        raise ValueError
    return amount, float(seconds)


def _plain(text: str) -> str:
    """What the far end or the program said, on one line and not for ever."""
    return "".join(letter if letter.isprintable() else " " for letter in text)[:200]


async def _ended(command: Iterable[str], seconds: float) -> bytes:
    """What a program writes until it ends; it is ended after so many seconds, or with us. Raises FailedTestError."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-SEc",
        _TIED,
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(seconds):
            written, _ = await process.communicate()
    except TimeoutError:
        raise FailedTestError(
            "the far end did not come to an end in {seconds} s", seconds=round(seconds)
        ) from None
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    return written
