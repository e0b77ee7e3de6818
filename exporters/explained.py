"""An explanation as text: `templates/explained.txt` filled in the reader's language."""

from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from exporters.words import Say

_TEMPLATES = Path(__file__).parent / "templates"


def explained(values: Mapping[str, object], say: Say) -> str:
    """The walk as text. Raises jinja2.UndefinedError where a value of the template is missing."""
    environment = Environment(  # noqa: S701 - plain text for a terminal
        loader=FileSystemLoader(_TEMPLATES), undefined=StrictUndefined, keep_trailing_newline=True
    )
    environment.globals["_"] = say
    return environment.get_template("explained.txt").render(**values)
