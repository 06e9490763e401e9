"""The composition root: the only place that knows the adapters."""

from codeframe_tui.bootstrap.doctor import check_everything
from codeframe_tui.bootstrap.engine import Engine, open_engine
from codeframe_tui.bootstrap.serve import serve

__all__ = ["Engine", "check_everything", "open_engine", "serve"]
