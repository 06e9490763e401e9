"""What a command line of a shell starts, as far as its text tells."""

from __future__ import annotations

from codeframe_tui.core.shell.git import git_operands
from codeframe_tui.core.shell.parts import Part, Script, Word
from codeframe_tui.core.shell.script import read_script

__all__ = ["Part", "Script", "Word", "git_operands", "read_script"]
