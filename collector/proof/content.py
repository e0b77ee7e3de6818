"""What a revision says of a form, as canonical JSON, and the check code that follows from it. No ledger, no file.

    code = the first 60 bits of SHA-256(content) in Crockford's base 32, such as 7K3P-09QX-M2TD

Content is JSON with sorted keys and without spaces. It holds digests of the plan, the scoring profile, the policies
and the configuration, whose `texts` are kept beside it: a ledger alone is enough to fill the form again.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

from pydantic import TypeAdapter

from config.load import load_text
from config.model import Config
from config.plan import Plan
from config.plan_files import Loaded
from exporters.forms.filled import FilledPlan, cells
from indicators.measure import Measure
from indicators.policy import Policy
from indicators.scoring_profiles import ScoringProfile

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_BITS, _BITS = 60, 5
_PROFILE: TypeAdapter[ScoringProfile] = TypeAdapter(ScoringProfile)
_POLICY: TypeAdapter[Policy] = TypeAdapter(Policy)


@dataclass(frozen=True, slots=True)
class Basis:
    """What a form is filled from beside the facts: plan and profile, the network, and the policies that rows name.

    `half`: it is the form of January to June, not of the whole year.
    """

    loaded: Loaded
    config: Config
    policies: Mapping[str, Policy]
    half: bool = False

    def policy(self, name: str) -> Policy:
        """The policy of a row; that of the network where the row names none."""
        return self.policies[name] if name else self.config.rules

    def digests(self) -> dict[str, str]:
        """The digests of all of it."""
        return digests_of(texts_of(self, network=False), self.config.digest)


@dataclass(frozen=True, slots=True)
class Seen:
    """How far a ledger had come: the newest number of every life, and the newest seal. Times are microseconds."""

    through: Mapping[str, int]
    seal_place: int
    seal_chain: str
    sealed_until: int


@dataclass(frozen=True, slots=True)
class Content:
    """All of a revision that its code covers. `anchors` are places by names of values, `places` texts by place."""

    project: str
    year: int
    number: int
    program: str
    profile: str
    begin: int
    end: int
    zone: str
    now: int  # when it was judged
    by: str
    digests: Mapping[str, str]  # of plan, profile, network, and each policy by `policy NAME`
    seen: Seen
    cells: Mapping[str, str]
    measures: Mapping[str, Any]  # by row
    anchors: Mapping[str, str]
    places: Mapping[str, str]
    half: bool = False  # of January to June

    @property
    def text(self) -> str:
        """As it is kept, and as it is signed."""
        return canonical(asdict(self))

    @property
    def code(self) -> str:
        """The check code."""
        return code_of(self.text)


_CONTENT: TypeAdapter[Content] = TypeAdapter(Content)


def read_content(text: str) -> Content:
    """A content from how it is kept. Raises ValueError for anything else."""
    return _CONTENT.validate_json(text)


def canonical(value: object) -> str:
    """JSON that is the same for the same value, wherever it is written."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_plain)


def code_of(text: str) -> str:
    """The check code of a content."""
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()) >> (256 - _CODE_BITS)
    letters = [_CROCKFORD[number >> shift & 31] for shift in range(_CODE_BITS - _BITS, -1, -_BITS)]
    return "-".join("".join(letters[at : at + 4]) for at in range(0, len(letters), 4))


def sha256(text: str) -> str:
    """The SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def values_of(of: FilledPlan) -> tuple[dict[str, str], dict[str, Any]]:
    """The cells of a filled plan, and by row the judgement behind each measured one."""
    judged = {one.row.id: plain(one.measure) for one in of.rows if one.measure is not None}
    return dict(cells(of)), judged


def plain(of: Measure) -> dict[str, Any]:
    """A judgement with its bracket and its evidence, as JSON has it."""
    found: dict[str, Any] = json.loads(canonical(asdict(of)))
    return found


def texts_of(basis: Basis, *, network: bool) -> dict[str, Any]:
    """What is kept of a basis, as texts; the configuration only where it is to stand there, too."""
    return {
        "plan": canonical(basis.loaded.plan.model_dump(mode="json", by_alias=True)),
        "profile": canonical(_PROFILE.dump_python(basis.loaded.profile, mode="json")),
        "policies": {
            name: canonical(_POLICY.dump_python(one, mode="json")) for name, one in basis.policies.items()
        },
        "network": basis.config.text if network else "",
    }


def digests_of(texts: Mapping[str, Any], network: str) -> dict[str, str]:
    """The digests of texts; `network` is the configuration's own."""
    policies = {f"policy {name}": sha256(text) for name, text in texts["policies"].items()}
    return {"plan": sha256(texts["plan"]), "profile": sha256(texts["profile"]), "network": network} | policies


def basis_of(texts: Mapping[str, Any], network: str, *, half: bool) -> Basis:
    """A basis from what was kept of it; `network` is the text of the configuration."""
    config = load_text(network)
    plan = Plan.model_validate_json(texts["plan"])
    loaded = Loaded(plan, _PROFILE.validate_json(texts["profile"]), config)
    policies = {name: _POLICY.validate_json(one) for name, one in texts["policies"].items()}
    return Basis(loaded, config, policies, half)


def _plain(value: object) -> object:
    if isinstance(value, Fraction):
        return str(value)
    if hasattr(value, "item"):  # a number of numpy's
        return value.item()
    if hasattr(value, "items"):
        return dict(value.items())
    return str(value)
