"""Runs in the sandbox, before the command: ``python -I -S -c THIS FD command…``; never imported.

Makes the socket at which clients in there find the proxy, hands it to the engine through ``FD``,
and becomes the command, which keeps neither of the two. So there is no process that must be
guarded, and no path by which anybody else could come to the proxy: it listens in this network
namespace alone.
"""

import array
import os
import signal
import socket
import sys

BACKLOG = 64
PROXY = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
DIRECT = ("NO_PROXY", "no_proxy")


def hand_over(fd: int) -> int:
    """Give the engine a listening socket; returns its port."""
    with socket.socket(fileno=fd) as engine, socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(BACKLOG)
        given = array.array("i", [listener.fileno()])
        engine.sendmsg([b"1"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, given)])
        return int(listener.getsockname()[1])


def main() -> None:
    """Hand over and become the command."""
    url = f"http://127.0.0.1:{hand_over(int(sys.argv[1]))}"
    os.environ.update(dict.fromkeys(PROXY, url))
    os.environ.update(dict.fromkeys(DIRECT, "localhost,127.0.0.1,::1"))
    for ignored in (signal.SIGPIPE, signal.SIGXFSZ):  # by Python, and what it becomes would too
        signal.signal(ignored, signal.SIG_DFL)
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606 - it is what we become


if __name__ == "__main__":
    main()
