"""One request to which something happens, and when its work is done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.exchange import Exchange
from sandbox.faults.scripts import Deed
from sandbox.http import Response
from sandbox.state import Sandbox

End = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Scene:
    """``run`` does what was asked, whatever becomes of the answer that it returns."""

    sandbox: Sandbox
    exchange: Exchange
    run: Callable[[], Response]
    deed: Deed

    async def true_answer(self) -> Response:
        """Do the work, late if the deed says so, and return its answer."""
        await self.sandbox.clock.sleep(self.deed.commit_after)
        return self.work()

    async def end(self, end: End, *, commits: bool, wait: float = 0.0) -> None:
        """End the exchange after ``wait``; the work is done on its own time, if at all.

        Where both fall on one moment, the work comes first. An explicit ``commit`` rules.
        """
        if self.deed.commit is not None:
            commits = self.deed.commit
        ending = self._later(wait, end)
        if commits:
            await asyncio.gather(self._later(self.deed.commit_after, self.work), ending)
        else:
            await ending

    def work(self) -> Response:
        response = self.run()
        entry = self.exchange.request.entry
        if self.deed.lag and entry.committed and entry.tenant_id:
            until = self.sandbox.clock.seconds() + self.deed.lag
            self.sandbox.faults.hide(entry.tenant_id, entry.committed, until)
        return response

    async def _later(self, seconds: float, call: Callable[[], object]) -> None:
        await self.sandbox.clock.sleep(seconds)
        call()
