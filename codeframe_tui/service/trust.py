"""Files of the repository that a person trusts, or not; recorded beside the database."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import asdict
from typing import Any

from codeframe_tui.core.commands import Distrust, Trust
from codeframe_tui.core.errors import Conflict, Lacking, NotFound, Refused
from codeframe_tui.core.queries import ShowTrust
from codeframe_tui.core.secrets import Secrets
from codeframe_tui.core.trust import (
    Found,
    Look,
    Record,
    held,
    said,
    since,
    standing,
    unsettled,
    wished,
)
from codeframe_tui.ports import Clock, Document
from codeframe_tui.ports.trust import Trust as TrustPort
from codeframe_tui.service.unit import Unit

__all__ = ["Trusting"]

logger = logging.getLogger(__name__)

FRESH_SECONDS = 5.0
"""How old what the overview says may be."""
PATIENCE_SECONDS = 1.0
"""How long the first overview waits: a repository may hold hundreds of files made to be slow."""
Write = Callable[[Callable[[Unit], Document]], Coroutine[Any, Any, Document]]


class Trusting:
    """Answers `ShowTrust` and carries decisions out.

    Args:
        trust: the files and the records; None where there are none.
        ceiling: the most that a level may choose.
        write: carries out a unit.
        changed: called when the overview would say something else.
        clock: for when to look again.
        secrets: what no record may hold.
    """

    def __init__(
        self,
        trust: TrustPort | None,
        ceiling: str,
        write: Write,
        changed: Callable[[], None],
        *,
        clock: Clock,
        secrets: Secrets,
    ) -> None:
        self._trust = trust
        self._clock = clock
        self._ceiling = ceiling
        self._write = write
        self._changed = changed
        self._secrets = secrets
        self._brief: Document = {"count": 0}
        self._stamp: object = None
        self._looked = float("-inf")
        self._looking: asyncio.Task[None] | None = None

    def close(self) -> None:
        """Look no more."""
        if self._looking is not None:
            self._looking.cancel()

    async def brief(self) -> Document:
        """How many files a person should look at: ``{"count", "path", "state", "says"}``.

        The rest is of the first one. What is given was so a moment ago; `changed` tells of more.
        """
        if self._trust is not None and (self._looking is None or self._looking.done()):
            first = self._looking is None
            self._looking = asyncio.create_task(self._look_when_old(self._trust))
            if first:  # nobody may listen yet to be told of more
                await asyncio.wait({self._looking}, timeout=PATIENCE_SECONDS)
        return self._brief

    async def _look_when_old(self, trust: TrustPort) -> None:
        await self._clock.sleep(max(self._looked + FRESH_SECONDS - self._clock.monotonic(), 0.0))
        try:
            stamp = await asyncio.to_thread(trust.stamp)
            if stamp != self._stamp:
                look = await asyncio.to_thread(trust.look)
                self._stamp = stamp
                self._tell(_brief(look, self._ceiling))
        except Exception:  # the files are a stranger's: no overview may fail by them
            logger.exception("files that may be trusted cannot be looked at")
        finally:
            self._looked = self._clock.monotonic()

    def _tell(self, brief: Document) -> None:
        if brief != self._brief:
            self._brief = brief
            self._changed()

    async def show(self, query: ShowTrust) -> Document:
        """See `core.queries.ShowTrust`. Raises: NotFound."""
        look = await asyncio.to_thread(self._port().look)
        if query.path is None:
            files = [_document(file, look, self._ceiling) for file in _all(look)]
        else:
            file = _file(look, query.path)
            read = await asyncio.to_thread(_read, file, look)
            files = [{**_document(file, look, self._ceiling), **read}]
        return {"ceiling": self._ceiling, "files": files}

    async def submit(self, command: Trust | Distrust) -> Document:
        """See the commands. Raises: NotFound, Conflict, Refused, Lacking."""
        trust = self._port()
        look = await asyncio.to_thread(trust.look)
        file = _file(look, command.path)
        if isinstance(command, Trust):
            _check(file, command, self._secrets)
            await self._trust_file(trust, look.project, file)
        else:
            await self._write(lambda unit: _decline(unit, trust, look.project, file))
        after = await asyncio.to_thread(trust.look)
        self._tell(_brief(after, self._ceiling))
        return _document(_file(after, command.path, file), after, self._ceiling)

    async def _trust_file(self, trust: TrustPort, project: str, file: Found) -> None:
        """The record last: what fails on the way leaves less trust than is told, never more."""
        done = await self._write(lambda unit: _told(unit, file, trusted=True))
        try:
            record = Record(project, file.path, file.sha256, True, done["at"], file.text)
            await asyncio.to_thread(trust.keep, record)
        except Exception:
            await self._write(lambda unit: _told(unit, file, trusted=False))
            raise

    def _port(self) -> TrustPort:
        if self._trust is None:
            raise Lacking("this engine knows no files to trust", hint="run `codeframe-tui doctor`")
        return self._trust


def _decline(unit: Unit, trust: TrustPort, project: str, file: Found) -> Document:
    """The record first: a unit that fails afterwards leaves less trust, never more."""
    if file.sha256:
        trust.keep(Record(project, file.path, file.sha256, False, unit.at, ""))
    else:
        trust.forget(file.path)
    return _told(unit, file, trusted=False)


def _told(unit: Unit, file: Found, *, trusted: bool) -> Document:
    told = {"path": file.path, "sha256": file.sha256, "trusted": trusted}
    unit.emit("trust.changed", None, told)
    return {"at": unit.at}


def _check(file: Found, command: Trust, secrets: Secrets) -> None:
    if file.agent is None:
        hint = "correct it first; a link, or what is no text, is never trusted"
        raise Refused(file.problem or f"{file.path} is not there", hint=hint, code="unusable")
    if command.sha256 != file.sha256:
        hint = "look at it again: what is there now may loosen something else"
        raise Conflict(
            f"{file.path} is not what was looked at any more", hint=hint, paths=(file.path,)
        )
    if name := secrets.name_in(file.text):
        hint = "take it out of the file, and change the key: it has been written down"
        raise Refused(f"{file.path} holds the value of {name}", hint=hint, code="secret")


def _all(look: Look) -> Sequence[Found]:
    """Files, and records of files that are gone."""
    there = {file.path for file in look.found}
    return [*look.found, *(Found(path) for path in sorted(look.records) if path not in there)]


def _file(look: Look, path: str, otherwise: Found | None = None) -> Found:
    found = next((file for file in _all(look) if file.path == path), otherwise)
    if found is None:
        known = ", ".join(file.path for file in _all(look)) or "none in this project"
        raise NotFound(
            f"{path} needs no trust: it loosens nothing, or is not there",
            hint=f"files that can be trusted: {known}",
        )
    return found


def _document(file: Found, look: Look, ceiling: str) -> Document:
    record = look.records.get(file.path)
    there = any(each.path == file.path for each in look.found)
    stands = standing(file, look.project, look.records)
    agent, loosened = file.agent, wished(file, look, ceiling)
    return {
        "path": file.path,
        "name": agent.name if agent else "",
        "state": stands.state if there else "gone",
        "why": stands.why if there else "the file is not there any more",
        "sha256": file.sha256,
        "asks": [asdict(each) for each in loosened],
        "says": said(loosened),
        "held": held(agent, ceiling) if agent else "",
        "at": record.at if record else None,
        "trusted_sha256": record.sha256 if record and record.trusted else None,
    }


def _read(file: Found, look: Look) -> Document:
    """What only the page of one file has."""
    record = look.records.get(file.path)
    before = record.text if record and record.trusted and record.sha256 != file.sha256 else None
    changed = [list(line) for line in since(before, file.text)] if before is not None else []
    return {"text": file.text, "since": changed}


def _brief(look: Look, ceiling: str) -> Document:
    found = unsettled(look, ceiling)
    if not found:
        return {"count": 0}
    file, stands = found[0]
    says = said(wished(file, look, ceiling))
    return {"count": len(found), "path": file.path, "state": stands.state, "says": says}
