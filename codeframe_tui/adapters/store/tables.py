"""All rows of one unit, on one connection."""

from __future__ import annotations

from functools import cached_property

from sqlalchemy import Connection

from codeframe_tui.adapters.store.earlier import SqlEarlier
from codeframe_tui.adapters.store.evidence import SqlAttempts
from codeframe_tui.adapters.store.log import SqlEvents, SqlSettings
from codeframe_tui.adapters.store.people import SqlBlockers, SqlDecisions
from codeframe_tui.adapters.store.reviews import SqlAcknowledgements, SqlComments, SqlDrafts
from codeframe_tui.adapters.store.talk import SqlMessages, SqlReservations, SqlTools, SqlTurns
from codeframe_tui.adapters.store.tasks import SqlIssues, SqlTasks
from codeframe_tui.adapters.store.windows import SqlQueue

__all__ = ["SqlTables"]


class SqlTables:
    """Fulfils `ports.Tables`.

    Args:
        last: number of the newest event, from which a writing unit counts on.
    """

    def __init__(self, connection: Connection, last: int) -> None:
        self._connection = connection
        self.events = SqlEvents(connection, last)

    @cached_property
    def issues(self) -> SqlIssues:
        """Issues by number."""
        return SqlIssues(self._connection)

    @cached_property
    def tasks(self) -> SqlTasks:
        """Tasks and their dependencies."""
        return SqlTasks(self._connection)

    @cached_property
    def queue(self) -> SqlQueue:
        """Tasks in groups, in order."""
        return SqlQueue(self._connection)

    @cached_property
    def turns(self) -> SqlTurns:
        """Conversations and what they cost."""
        return SqlTurns(self._connection)

    @cached_property
    def reservations(self) -> SqlReservations:
        """Money held for calls."""
        return SqlReservations(self._connection)

    @cached_property
    def tools(self) -> SqlTools:
        """Tool calls."""
        return SqlTools(self._connection)

    @cached_property
    def messages(self) -> SqlMessages:
        """What people said to the worker."""
        return SqlMessages(self._connection)

    @cached_property
    def attempts(self) -> SqlAttempts:
        """Proposals and their evidence."""
        return SqlAttempts(self._connection)

    @cached_property
    def earlier(self) -> SqlEarlier:
        """What was said in all tasks."""
        return SqlEarlier(self._connection)

    @cached_property
    def blockers(self) -> SqlBlockers:
        """Questions."""
        return SqlBlockers(self._connection)

    @cached_property
    def decisions(self) -> SqlDecisions:
        """Approvals and undos."""
        return SqlDecisions(self._connection)

    @cached_property
    def comments(self) -> SqlComments:
        """What people say about proposals."""
        return SqlComments(self._connection)

    @cached_property
    def drafts(self) -> SqlDrafts:
        """Verdicts that are not sent yet."""
        return SqlDrafts(self._connection)

    @cached_property
    def acknowledgements(self) -> SqlAcknowledgements:
        """Flags that people looked at."""
        return SqlAcknowledgements(self._connection)

    @cached_property
    def settings(self) -> SqlSettings:
        """What people chose while it ran."""
        return SqlSettings(self._connection)
