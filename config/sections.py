"""The lists of a configuration that programs add rows to, circuits and devices, as the texts of a table's row.

Which columns such a table has, and what stands in them; not how a file is written (`rewriting.py`).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any

from config.asked import KEYS_OF, written
from config.inventory import FIELDS, Texts, texts_of
from config.keys import AnyModel, columns, required
from config.model import Circuit, Device, Network


@dataclass(frozen=True, slots=True)
class Section:
    """A list: its key, the model of an entry, its columns in order, and the rows there are by id."""

    name: str
    model: AnyModel
    fields: tuple[str, ...]
    rows: Callable[[Network], Mapping[str, Texts]]

    def used_fields(self, rows: Iterable[Texts]) -> list[str]:
        """The settings a table of these rows needs columns for, in the order of the model."""
        needed = {key for texts in rows for key, text in texts.items() if text}
        return [key for key in self.fields if key in needed or key in required(self.model)]


def device_texts(device: Device) -> Texts:
    """A device as the row of a table; settings of its check that are as built in are left out."""
    texts = {
        key: str(getattr(device, key) or "") for key in ("id", "name", "group", "kind", "site", "upstream")
    }
    fields = KEYS_OF[device.check.probe].model_fields
    for key, value in written(device.check).items():
        if key == "probe" or value != fields[key].default:
            texts[f"check.{key}"] = _cell(value)
    return texts


def _cell(value: Any) -> str:
    if isinstance(value, tuple | list):
        return " ".join(map(str, value))
    return value.strftime("%H:%M") if isinstance(value, time) else "" if value is None else str(value)


CIRCUITS = Section(
    "circuits", Circuit, FIELDS, lambda network: {one.id: texts_of(one) for one in network.circuits}
)
DEVICES = Section(
    "devices",
    Device,
    tuple(name for name, _ in columns(Device)),
    lambda network: {one.id: device_texts(one) for one in network.devices},
)
