"""One timer for many deadlines: whoever is not done is ended, in the order of the times, and nobody else."""

import asyncio
import gc
import weakref
from dataclasses import dataclass, field

from probes.deadlines import AnswerDeadlines, Deadlines, of_answers


@dataclass(eq=False)
class Waiting:
    name: str
    is_done: bool = False
    ended: list[str] = field(default_factory=list)

    def done(self) -> bool:
        return self.is_done

    def end(self) -> None:
        self.ended.append(self.name)
        self.is_done = True


def waiting(*names: str) -> tuple[list[str], list[Waiting]]:
    ended: list[str] = []
    return ended, [Waiting(name, ended=ended) for name in names]


def test_the_first_due_is_ended_first_whenever_it_came() -> None:
    async def wait() -> list[str]:
        ended, (long, short, between) = waiting("long", "short", "between")
        deadlines = Deadlines(Waiting.end)
        deadlines.put(0.3, long)
        deadlines.put(0.02, short)
        deadlines.put(0.1, between)
        while not long.is_done:
            await asyncio.sleep(0.01)
        return ended

    assert asyncio.run(wait()) == ["short", "between", "long"]


def test_who_is_done_is_left_alone_and_holds_up_nobody() -> None:
    async def wait() -> list[str]:
        ended, (done, other, later) = waiting("done", "other", "later")
        deadlines = Deadlines(Waiting.end)
        deadlines.put(0.05, done)
        deadlines.put(0.05, other)
        done.is_done = True
        while not other.is_done:
            await asyncio.sleep(0.01)
        deadlines.put(0.05, later)  # the clock is set anew after it came to rest
        while not later.is_done:
            await asyncio.sleep(0.01)
        return ended

    assert asyncio.run(wait()) == ["other", "later"]


def test_nobody_is_ended_before_his_time() -> None:
    async def wait() -> tuple[bool, bool]:
        loop = asyncio.get_running_loop()
        answered, silent = loop.create_future(), loop.create_future()
        began = loop.time()
        of_answers(loop).put(0.1, answered)
        of_answers(loop).put(0.1, silent)
        answered.set_result(True)
        heard = await silent
        assert loop.time() - began >= 0.1
        return await answered, heard

    assert asyncio.run(wait()) == (True, False)


def test_a_loop_that_is_closed_is_given_back_though_somebody_waited_in_it() -> None:
    async def wait() -> None:
        loop = asyncio.get_running_loop()
        answered = loop.create_future()
        of_answers(loop).put(60.0, answered)
        answered.set_result(True)

    loop = asyncio.new_event_loop()
    loop.run_until_complete(wait())
    loop.close()
    gone = weakref.ref(loop)
    del loop
    gc.collect()
    assert gone() is None


def test_every_loop_has_its_own() -> None:
    async def own() -> AnswerDeadlines:
        return of_answers(asyncio.get_running_loop())

    async def twice() -> None:
        held = await own()
        assert await own() is held

    asyncio.run(twice())
    with asyncio.Runner() as one, asyncio.Runner() as other:
        assert one.run(own()) is not other.run(own())
