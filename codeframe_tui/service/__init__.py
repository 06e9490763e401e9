"""The API every front end uses: commands, queries, events; the one writer; the broadcast."""

from codeframe_tui.service.supervisor import Supervisor

__all__ = ["Supervisor"]
