"""The tools of the model: what it may call, and what each does in the workspace."""

from __future__ import annotations

from codeframe_tui.worker.tools.run import ToolOutcome, run_tool, time_limit
from codeframe_tui.worker.tools.schema import ASK_HUMAN, definitions, input_error

__all__ = ["ASK_HUMAN", "ToolOutcome", "definitions", "input_error", "run_tool", "time_limit"]
