"""What a machine lacks for a moment: it says nothing of a file, a client or an address."""

import errno

__all__ = ["SCARCE"]

SCARCE = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
