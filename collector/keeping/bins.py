"""The five-minute counts of one day as columns, packed into bytes and back. Pure; knows no database.

A day is an array of whole numbers, a row for every one of COUNTS, a column for every five minutes. Packed it is

    one byte      the version of this form: 1 of a day on which no discards were counted, else 2
    the rest      zlib of: how many five minutes, 2 bytes; then of every row, in form 1 but the last two
                  how many bits its values take above the smallest, 1 byte
                  the smallest, 8 bytes, signed
                  the bits, the lowest of all values first, each plane filled up to whole bytes

Numbers are little-endian. Round trips are noise in their low bits; taken apart into planes, nothing is stored of
what does not change.
"""

import struct
import zlib
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

BIN_MICROS = 300_000_000
COUNTS = (
    "sent",
    "rescued",
    "incomplete",
    "down",
    "answered",
    "rtt_sum",
    "rtt_max",
    "octets_in",
    "octets_out",
    "discards_in",
    "discards_out",
)
NONE = -1  # nobody counted what passed, or what was discarded
_PASSED = slice(COUNTS.index("octets_in"), len(COUNTS))
PASSED = COUNTS[_PASSED]
_PLAIN, _WITH_DISCARDS = b"\x01", b"\x02"
_ROWS = {_PLAIN: COUNTS.index("discards_in"), _WITH_DISCARDS: len(COUNTS)}
_GREATEST = COUNTS.index("rtt_max")
_HEAD = struct.Struct("<H")
_ROW = struct.Struct("<Bq")


def empty(checks: int, bins: int) -> Ints:
    """Days of so many checks in which nothing was counted; shape (checks, counts, five minutes)."""
    days = np.zeros((checks, len(COUNTS), bins), np.int64)
    days[:, _PASSED] = NONE
    return days


def sums(days: Ints) -> Ints:
    """The sum of every count over a day, of `rtt_max` the greatest; shape (checks, counts), PASSED may be NONE."""
    total: Ints = days.sum(axis=2)
    total[:, _GREATEST] = days[:, _GREATEST].max(axis=1)
    passed = days[:, _PASSED]
    counted = np.where(passed == NONE, 0, passed).sum(axis=2)
    total[:, _PASSED] = np.where((passed == NONE).all(axis=2), NONE, counted)
    return total


def pack(day: Ints) -> bytes:
    """One day of one check, shape (counts, five minutes), as bytes; any 64-bit whole number comes back as it was."""
    form = _WITH_DISCARDS if np.any(day[_ROWS[_PLAIN] :] != NONE) else _PLAIN
    rows = b"".join(_packed(row) for row in day[: _ROWS[form]])
    return form + zlib.compress(_HEAD.pack(day.shape[1]) + rows, 9)


def unpack(packed: bytes) -> Ints:
    """What `pack` made into bytes. Raises ValueError for what it did not make."""
    ((_, (day,)),) = leading([packed], len(COUNTS))
    return np.asarray(day)


def leading(packed: Sequence[bytes], how_many: int) -> Iterator[tuple[Ints, Ints]]:
    """The first so many of COUNTS of many days, the others not even unpacked; as `picked`."""
    return picked(packed, slice(0, how_many))


def picked(packed: Sequence[bytes], wanted: slice) -> Iterator[tuple[Ints, Ints]]:
    """Those of COUNTS that are wanted, from one to another, of many days, the others not even unpacked.

    Days that are packed alike are unpacked together: each time which of `packed` they are, and their counts, shape
    (days, wanted, five minutes). Raises ValueError for what `pack` did not make.
    """
    plain = [_plain(one) for one in packed]
    layouts: dict[tuple[int, ...], list[int]] = {}
    for number, one in enumerate(plain):
        there = min(wanted.stop, _ROWS[packed[number][:1]])
        layouts.setdefault(_layout(one, there), []).append(number)
    for layout, numbers in layouts.items():
        yield np.array(numbers), _alike([plain[number] for number in numbers], layout, wanted)


def columns(packed: bytes) -> dict[str, NDArray[np.int64] | NDArray[np.float64]]:
    """The day by name, a value for every five minutes from its start on; 0 where nobody asked.

    `rtt_sum` and `rtt_max` are microseconds; octets and discards are floats, NaN where nobody counted. Raises
    ValueError for bytes that hold no day.
    """
    named = dict(zip(COUNTS, unpack(packed), strict=True))
    passed = {name: np.where(named[name] == NONE, np.nan, named[name]) for name in PASSED}
    return {**named, **passed}


def _plain(packed: bytes) -> bytes:
    if packed[:1] not in _ROWS:
        raise ValueError(f"counts packed in form {packed[:1].hex()!r}, not 01 or 02")
    try:
        return zlib.decompress(packed[1:])
    except zlib.error as error:
        raise ValueError(f"counts that are not whole: {error}") from error


def _layout(plain: bytes, how_many: int) -> tuple[int, ...]:
    """How many five minutes a day has, then how many bits the values of each row take."""
    try:
        (bins,) = _HEAD.unpack_from(plain)
        found, place, width = [bins], _HEAD.size, -(-bins // 8)
        for _ in range(how_many):
            found.append(plain[place])
            place += _ROW.size + plain[place] * width
    except (struct.error, IndexError) as error:
        raise ValueError(f"counts that are not whole: {error}") from error
    return tuple(found)


def _alike(plain: Sequence[bytes], layout: tuple[int, ...], wanted: slice) -> Ints:
    """Days of one layout, the rows that are wanted, NONE where they have none; shape (days, rows, five minutes)."""
    (bins, *rows), first = layout, wanted.start
    width = -(-bins // 8)
    size = _HEAD.size + sum(_ROW.size + bits * width for bits in rows)
    table = np.frombuffer(b"".join(one[:size] for one in plain), np.uint8)
    if len(table) != size * len(plain):
        raise ValueError("counts that are not whole: they end too soon")
    table, place = table.reshape(len(plain), size), _HEAD.size
    place += sum(_ROW.size + bits * width for bits in rows[:first])
    found = np.full((len(plain), wanted.stop - first, bins), NONE, np.int64)
    for row, bits in enumerate(rows[first:]):
        least = table[:, place + 1 : place + _ROW.size].copy().view("<i8")
        place += _ROW.size
        planes = table[:, place : place + bits * width].reshape(len(plain), bits, width)
        place += bits * width
        found[:, row] = least
        for byte, values in _bytes(planes, bins):
            # 64 bits wrap: exact whatever was packed.
            found[:, row].view(np.uint64)[:] += values.astype(np.uint64) << np.uint64(8 * byte)
    return found


def _bytes(planes: NDArray[np.uint8], bins: int) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    """The bytes of the values that planes of bits make up, the lowest first: which, and of each five minutes.

    From shape (days, bits, bytes) to (days, five minutes). Of each plane 64 bits wide would cost eight times as much.
    """
    days, bits, _ = planes.shape
    for first in range(0, bits, 8):
        byte = np.zeros((days, bins), np.uint8)
        for bit in range(first, min(first + 8, bits)):
            byte |= np.unpackbits(planes[:, bit], axis=1, count=bins) << np.uint8(bit - first)
        yield first // 8, byte


def _packed(row: Ints) -> bytes:
    least = int(row.min())
    above = row.astype(np.uint64) - np.array(least, np.int64).astype(
        np.uint64
    )  # 64 bits wrap: exact for any two
    bits = int(above.max()).bit_length()
    planes = above[None, :] >> np.arange(bits, dtype=np.uint64)[:, None] & np.uint64(1)
    return _ROW.pack(bits, least) + np.packbits(planes.astype(np.uint8), axis=1).tobytes()
