"""The sandbox: commands run sealed, with the workspace over the project's own path."""

from codeframe_tui.adapters.sandbox.command import Command, Place
from codeframe_tui.adapters.sandbox.network import Network
from codeframe_tui.adapters.sandbox.opening import Launching, NoSandbox, open_sandbox

__all__ = ["Command", "Launching", "Network", "NoSandbox", "Place", "open_sandbox"]
