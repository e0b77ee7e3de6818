"""Words for people: English sentences in the code, looked up in a message catalogue, Chinese by default.

Only lookup lives here; the Chinese is in `locale/zh_CN/LC_MESSAGES/linewalker.po`, compiled to `.mo` beside it.
Values are filled in after the lookup, so a template is one entry however often it is used.
"""

import gettext
import os
import re
import struct
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from string import Formatter

from config.errors import ConfigError, Finding, LinewalkerError

LOCALES = Path(__file__).parent / "locale"
LANGUAGES = {"zh": "zh_CN", "en": "en"}
DEFAULT = "zh"

Say = Callable[[str], str]


def default_language(environment: Mapping[str, str] = os.environ) -> str:
    """The language of the command line: `LINEWALKER_LANG`, or Chinese where it names none of ours."""
    return chosen(environment.get("LINEWALKER_LANG", ""))


def chosen(wish: str | None) -> str:
    """`wish` if we speak it (`en`, `en_US.UTF-8`, `zh-CN`), else Chinese."""
    short = (wish or "")[:2].lower()
    return short if short in LANGUAGES else DEFAULT


@lru_cache(maxsize=8)
def words(lang: str) -> Say:
    """The lookup of one language, for templates and for finished sentences.

    The facts keep reasons in English with their values filled in; for those the template they were made from is
    found again, the one with the most text of its own. A sentence of none of them comes back as it is.
    """
    locale = LANGUAGES[chosen(lang)]
    catalogue = gettext.translation("linewalker", LOCALES, [locale], fallback=True)

    # A page repeats few reasons many times; names in them come from files, so the cache is bounded.
    @lru_cache(maxsize=4096)
    def look_up(text: str) -> str:
        found = catalogue.gettext(text) if text else ""
        if found != text:
            return found
        for template, pattern in _patterns(locale):
            if match := pattern.fullmatch(text):
                return catalogue.gettext(template).format(**match.groupdict())
        return text

    return look_up


def say(told: LinewalkerError | Finding, lang: str) -> str:
    """An error or a finding as a sentence: the template translated, then filled in.

    The place of a finding is not part of its sentence; a ConfigError is a line a finding, each with its place.
    """
    if isinstance(told, ConfigError) and told.findings:
        return "\n".join(f"{finding.place}: {say(finding, lang)}" for finding in told.findings)
    look_up = words(lang)
    # A value of several words, such as "a mapping", is ours; what the user wrote is not translated.
    values = {
        name: look_up(value) if isinstance(value, str) and " " in value else value
        for name, value in told.values.items()
    }
    return look_up(told.text).format(**values)


@lru_cache(maxsize=4)
def _patterns(locale: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    path = LOCALES / locale / "LC_MESSAGES" / "linewalker.mo"
    if not path.exists():
        return ()
    templates = [text for text in _msgids(path.read_bytes()) if _plain(text)]
    # Most text of its own first: "no route from {x}" must win over a looser "{a} from {b}".
    templates.sort(key=lambda text: -sum(len(literal) for literal, *_ in Formatter().parse(text)))
    return tuple((text, _pattern(text)) for text in templates)


def _msgids(compiled: bytes) -> list[str]:
    """The originals in a compiled catalogue, little-endian as Babel writes it."""
    count, table = struct.unpack_from("<2I", compiled, 8)
    places = struct.iter_unpack("<2I", compiled[table : table + 8 * count])
    return [compiled[start : start + length].decode() for length, start in places]


def _plain(template: str) -> bool:
    """Whether all fields of a template are plain names, so that what filled them can be read back.

    Without a word of its own it would be found in every list of names.
    """
    try:
        parts = [*Formatter().parse(template)]
    except ValueError:  # a sentence with a lone brace is no template
        return False
    fields = [part[1:] for part in parts if part[1] is not None]
    has_word = any(sign.isalpha() for literal, *_ in parts for sign in literal)
    return (
        has_word
        and bool(fields)
        and all(str(name).isidentifier() and not spec and not how for name, spec, how in fields)
    )


def _pattern(template: str) -> re.Pattern[str]:
    seen: set[str] = set()
    parts = []
    for literal, name, *_ in Formatter().parse(template):
        parts.append(re.escape(literal))
        if name:
            parts.append(f"(?P={name})" if name in seen else f"(?P<{name}>.+)")
            seen.add(name)
    return re.compile("".join(parts), re.DOTALL)
