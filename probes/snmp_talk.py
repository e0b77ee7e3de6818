"""A conversation with one agent from round to round: its session, and how long it is left alone. No judging.

What is asked is a `Question`; that it is asked again, joined by a later attempt, or begun anew is here.
"""

import asyncio
import errno
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from probes.columns import UNKNOWN
from probes.credentials import NoSecretError
from probes.replies import SILENCE, Reply
from probes.snmp_agent import Agent, RefusedError, Session, SilentError, UnreadableError, Value
from probes.snmp_engines import start
from probes.snmp_gufo import MasterKeys

RESTING = "asked less often while it is silent"

# A session of version 3 reckons with the agent's clock; beyond this, RFC 3414 §2.2.3 takes it for a stranger's.
_LONGEST_SESSION_PAUSE = 140.0
_MOST_ROUNDS_LEFT_ALONE = 3  # so it is asked every fourth round
_MARGIN_SECONDS = 0.2  # before an attempt's deadline, to come back with what was read
_UNDECIDED = SILENCE  # of an attempt beside one that was answered and still reads


class Question(Protocol):
    """What is asked of an agent: first one request, whose answer shows that it lives, then whatever else."""

    def first(self) -> Sequence[str]:
        """The objects of the first request."""
        ...

    async def read(self, session: Session, said: dict[str, Value], until: float) -> Reply:
        """Go on after the first answer; comes back before `until`, by the event loop's clock."""
        ...


@dataclass(slots=True)
class Rest:
    """How many rounds a silent agent is left alone: none after the first silence, then 1, then 3."""

    silences: int = 0
    left: int = 0

    def after(self, *, heard: bool) -> None:
        """A round in which it was asked is over."""
        self.silences = 0 if heard else self.silences + 1
        self.left = min(max(0, 2 ** (self.silences - 1) - 1), _MOST_ROUNDS_LEFT_ALONE) if self.silences else 0


@dataclass(slots=True)
class Talk:
    """What is remembered of one agent and one question. `open_agent` looks up its credentials.

    An attempt is ended from outside when its time is over; `silence` is what that means too.
    """

    open_agent: Callable[[], Agent]
    question: Question
    keys: MasterKeys
    patience: float  # seconds an attempt has, what is read after the first answer included
    silence: Reply = SILENCE  # what it means to this question
    rest: Rest = field(default_factory=Rest)
    _agent: Agent | None = None
    _kept: Session | None = None
    _kept_at: float = 0.0
    _answering: bool = False
    _asked: bool = False
    _heard: bool = False

    def begin_round(self, *, opening: bool) -> None:
        """A round begins; the one before it tells whether this agent is to be left alone."""
        if self._asked:
            self.rest.after(heard=self._heard)
        elif self.rest.left:
            self.rest.left -= 1
        if opening:
            self.rest = Rest()
        self._asked = self._heard = False

    def begin_question(self) -> None:
        """A question begins, of which every attempt may be answered, but only one."""
        self._answering = False

    def wake(self) -> None:
        """It is to be asked, however silent it was; from any thread."""
        self.rest = Rest()

    async def hold(self) -> Reply:
        """One attempt. Raises OSError as the kernel says it, its timeout too."""
        if self.rest.left:
            return Reply(UNKNOWN, RESTING)
        if self._answering:
            return _UNDECIDED
        self._asked = True
        until = asyncio.get_running_loop().time() + self.patience - _MARGIN_SECONDS
        try:
            return await self._ask(until)
        except SilentError:
            return self.silence
        except NoSecretError as error:
            return Reply(UNKNOWN, str(error))
        except RefusedError as error:
            self._heard = True
            return Reply(UNKNOWN, str(error))
        except UnreadableError as error:  # anybody can send us that: it settles nothing
            return Reply(UNKNOWN, str(error), definite=False)

    def close(self) -> None:
        """Give back the socket."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    async def _ask(self, until: float) -> Reply:
        session, said = await self._first_answer()
        if self._answering:
            session.close()
            return _UNDECIDED
        self._answering = self._heard = True
        at = asyncio.get_running_loop().time()
        try:
            reply = await self.question.read(session, said, until)
        except BaseException:
            session.close()
            self._answering = False
            raise
        self._keep(session)
        return reply._replace(at=at)

    async def _first_answer(self) -> tuple[Session, dict[str, Value]]:
        """The session that was answered, and what was said; a session that is refused is begun anew once."""
        kept = self._take()
        if kept is not None:
            try:
                return kept, await self._said(kept)
            except RefusedError:  # the agent may have been started anew
                pass
        fresh = self._start()
        try:
            await fresh.open()
            return fresh, await self._said(fresh)
        except BaseException:
            fresh.close()
            raise

    async def _said(self, session: Session) -> dict[str, Value]:
        try:
            return await session.get(self.question.first())
        except BaseException:
            session.close()
            raise

    def _start(self) -> Session:
        if self._agent is None:
            self._agent = self.open_agent()
        try:
            return start(self._agent, self.keys)
        except OSError as error:
            # The engine tells what the kernel said in words alone.
            raise OSError(error.errno or errno.EMFILE, str(error)) from None

    def _take(self) -> Session | None:
        """The kept session, which nobody else may then use; None where there is none, or it is too old."""
        kept, self._kept = self._kept, None
        if kept is not None and time.monotonic() - self._kept_at > _LONGEST_SESSION_PAUSE:
            kept.close()
            return None
        return kept

    def _keep(self, session: Session) -> None:
        self.close()
        self._kept, self._kept_at = session, time.monotonic()
