"""Starts pytest with our plugin: ``PYTHON RUN/launch.py NAME ARGUMENTS``.

Not ``python -m pytest -p``: with ``-m`` the current folder comes first on the path, and a file
``pytest.py`` of the workspace, or one named like our plugin, would take our place. The plugin lies
beside this file under a random name. Must run on every Python since 3.8.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import importlib
import json
import os
import sys


class Channel:
    """Writes one signed line for each event; forked children stay silent.

    The key is hashed forward after each line, so that nothing sent can be taken back.
    """

    def __init__(self, fd: int, key: bytes) -> None:
        self.fd = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 200)
        os.close(fd)
        self.key = key
        self.pid = os.getpid()
        self.number = 0

    def emit(self, event: str, **fields: object) -> None:
        """Send an event; blocks while the engine reads."""
        if os.getpid() != self.pid:
            return
        self.number += 1
        fields.update(event=event, seq=self.number)
        body = json.dumps(fields).encode()
        line = hmac.new(self.key, body, hashlib.sha256).hexdigest().encode() + b" " + body + b"\n"
        self.key = hashlib.sha256(self.key).digest()
        view = memoryview(line)
        while view:
            view = view[os.write(self.fd, view) :]


def open_channel() -> Channel:
    """Take the key from standard input, which is empty for the tests afterwards."""
    key = os.read(0, 64)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    return Channel(int(os.environ.pop("CODEFRAME_RESULT")), key)


def main() -> int:
    """Run pytest; returns its exit code."""
    name, arguments = sys.argv[1], sys.argv[2:]
    here = sys.path[0]
    sys.path.append(os.path.join(here, "lib"))
    channel = open_channel()
    try:
        pytest = importlib.import_module("pytest")
    except ImportError as error:
        channel.emit("no_pytest", message=str(error))
        return 4
    plugin = importlib.import_module(name)
    plugin.state.channel = channel
    sys.path[0] = os.getcwd()
    sys.path.append(here)
    code = int(pytest.main(["-p", name, *arguments]))
    plugin.finish(code)
    return code


if __name__ == "__main__":
    sys.exit(main())
