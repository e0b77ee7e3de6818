"""The evidence as one ZIP file: the same bytes for the same content, with a list of digests, never half written."""

import hashlib
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from config.errors import LinewalkerError, MachineError
from exporters.forms.written import beside, require_free

SUMS, README = "SHA256SUMS", "说明.txt"
_TIME = (1980, 1, 1, 0, 0, 0)  # a ZIP file knows no earlier one
_AT_ONCE = 1 << 20
MEGABYTE = 1 << 20


@dataclass(slots=True)
class Bundle:
    """What is to be packed: contents by name, and files of this machine by the name they get."""

    contents: dict[str, bytes] = field(default_factory=dict)
    files: dict[str, Path] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Bytes before packing. Raises MachineError for a file that cannot be looked at."""
        try:
            return sum(map(len, self.contents.values())) + sum(
                path.stat().st_size for path in self.files.values()
            )
        except OSError as error:
            raise _unreadable(error) from error


def write(of: Bundle, readme: str, place: Path, *, force: bool, most: int) -> Mapping[str, str]:
    """Write the file and give the digest of each member by name.

    Raises LinewalkerError where `place` is there already (but not with `force`) or there are more than `most`
    megabytes, MachineError where it cannot be written.
    """
    require_free(place, force=force)
    if of.size > most * MEGABYTE:
        raise LinewalkerError(
            "the evidence has {size} MB, more than the {most} MB it may have; allow more with --most, "
            "or leave the proofs out with --without-proofs",
            size=-(-of.size // MEGABYTE),
            most=most,
        )
    with beside(place, MachineError) as file:
        return _write(of, readme, file)


def _write(of: Bundle, readme: str, file: IO[bytes]) -> dict[str, str]:
    sums = dict[str, str]()
    with zipfile.ZipFile(file, "w") as out:
        for name in sorted({*of.contents, *of.files}):
            sums[name] = _add(out, name, of)
        sums[README] = _content(out, README, readme.encode())
        listed = "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items()))
        _content(out, SUMS, listed.encode())
    return sums


def _add(out: zipfile.ZipFile, name: str, of: Bundle) -> str:
    if name in of.contents:
        return _content(out, name, of.contents[name])
    digest = hashlib.sha256()
    path = of.files[name]
    try:
        with path.open("rb") as source, out.open(_entry(name), "w", force_zip64=True) as member:
            while piece := source.read(_AT_ONCE):
                digest.update(piece)
                member.write(piece)
    except OSError as error:
        raise _unreadable(error) if error.filename == str(path) else error from error
    return digest.hexdigest()


def _content(out: zipfile.ZipFile, name: str, content: bytes) -> str:
    out.writestr(_entry(name), content)
    return hashlib.sha256(content).hexdigest()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    entry.create_system = 3
    return entry


def _unreadable(error: OSError) -> MachineError:
    return MachineError(
        "{place} cannot be read: {error}; nothing was written", place=error.filename, error=error.strerror
    )
