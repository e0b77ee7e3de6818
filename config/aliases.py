"""What the description of an interface tells of the line on it: carrier, rate, circuit id, site. Pure guesses.

Whoever configured the router wrote it for people; nothing is certain, and what is not clear is left out.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from config.errors import WrongValueError
from config.headings import family
from config.model import Carrier, Network, Site
from config.spellings import narrow, read_cell

_RATE = re.compile(r"(?<![\w.])\d+(?:\.\d+)?\s?(?:[kKmMgG](?:bps|b/s|bit/s|b|B)?|兆|千兆)(?![A-Za-z0-9])")
_CID = re.compile(r"(?<![A-Za-z0-9])(?:[A-Z]{1,6}\d{6,}|\d{9,})(?![A-Za-z0-9])")
_BETWEEN = re.compile(r"[\s_\-/:,;，；：、()（）\[\]【】#|<>=]+")
_SHORTEST_NAME = 2


@dataclass(frozen=True, slots=True)
class Told:
    """Texts as our tables write them, empty where the description does not say."""

    carrier: str = ""
    commit_rate: str = ""
    cid: str = ""
    site: str = ""


def told_by(alias: str, network: Network) -> Told:
    """What a description tells, under a configuration that lists carriers, sites and circuits."""
    written = narrow(alias)
    cid = _cid(written, network)
    words = [word for word in _BETWEEN.split(written) if word]
    return Told(
        carrier=_carrier(written, [*words, cid.rstrip("0123456789")], network.carriers),
        commit_rate=_rate(written),
        cid=cid,
        site=_site(written, words, network.sites),
    )


def _rate(written: str) -> str:
    found = _RATE.search(written)
    try:
        return read_cell("commit_rate", found[0]) if found else ""
    except WrongValueError:
        return ""


def _cid(written: str, network: Network) -> str:
    """A circuit id that is known, else what looks like one."""
    known = [one.cid for one in network.circuits if one.cid and one.cid in written]
    found = _CID.search(written)
    return max(known, key=len) if known else found[0] if found else ""


def _carrier(written: str, words: Iterable[str], carriers: Iterable[Carrier]) -> str:
    small = {word.casefold() for word in words}
    families = {family(word) for word in small} - {""}
    found = {
        one.id
        for one in carriers
        if one.id.casefold() in small
        or (len(one.name) >= _SHORTEST_NAME and one.name in written)
        or (family(one.name) or family(one.id)) in families
    }
    return found.pop() if len(found) == 1 else ""


def _site(written: str, words: Iterable[str], sites: Iterable[Site]) -> str:
    """The site whose id is a word of it, or whose name stands in it; of several names the longest."""
    small = {word.casefold() for word in words}
    by_id = [one.id for one in sites if one.id.casefold() in small]
    named = sorted(_names_in(written, sites), key=lambda one: len(one.name))
    return by_id[0] if len(by_id) == 1 else named[-1].id if named else ""


def _names_in(written: str, sites: Iterable[Site]) -> Iterator[Site]:
    return (one for one in sites if len(one.name) >= _SHORTEST_NAME and narrow(one.name) in written)
