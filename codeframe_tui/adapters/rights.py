"""What a file is beside its content: its group, permissions, attributes and access list.

All is taken from and given to an open descriptor, never a name: whoever swaps names meanwhile
cannot lend one file the rights of another. Setuid, setgid and what else would make a file run as
somebody are never taken along (`security.capability` is such an attribute).
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

__all__ = ["Rights", "give", "inherited", "rights_of"]

_ACCESS = "system.posix_acl_access"
_DEFAULT = "system.posix_acl_default"
_USERS = "user."
_OF_THE_SYSTEM = ("security.selinux", "security.ima", "security.evm", "security.SMACK")
"""Beginnings of attributes that a system gives to a new file by itself."""

_MAY_NOT = {errno.EPERM, errno.EACCES, errno.EINVAL, errno.ENOTSUP, errno.ENODATA}
"""What a system says that does not let us, or knows no such thing. A full disk is no such."""


@dataclass(frozen=True, slots=True)
class Rights:
    """The rights of one file.

    Attributes:
        bits: permissions, never setuid, setgid or sticky; None = as the umask decides.
        uid: who owns it, which only root can give; None = who makes it.
        gid: its group; None = as the system decides.
        attributes: by name, the attributes of users and the access list.
        strange: names of attributes that are never taken along.
    """

    bits: int | None = None
    uid: int | None = None
    gid: int | None = None
    attributes: Mapping[str, bytes] = field(default_factory=dict)
    strange: tuple[str, ...] = ()


def rights_of(fd: int) -> Rights:
    """The rights of an open file. Raises: OSError."""
    status = os.fstat(fd)
    names = _names(fd)
    ours = dict(_values(fd, *filter(_is_kept, names)))
    strange = (name for name in names if not name.startswith(_OF_THE_SYSTEM) and name not in ours)
    return Rights(
        status.st_mode & 0o777, status.st_uid, status.st_gid, ours, tuple(sorted(strange))
    )


def inherited(folder: int) -> Rights:
    """What the system gives to a file that is made in an open folder, beside the umask.

    A file that is made elsewhere and moved there does not get it by itself.
    """
    status = os.fstat(folder)
    access = [(_ACCESS, value) for _, value in _values(folder, _DEFAULT)]
    gid = status.st_gid if status.st_mode & stat.S_ISGID else None
    return Rights(gid=gid, attributes=dict(access))


def give(fd: int, rights: Rights, most: int = 0o666) -> list[str]:
    """Give an open file of ours the rights of another, as far as we may.

    Where the group cannot be kept, who is in the other group may no more than everybody. So it is
    where the access list cannot: its mask stands in the permissions of the group, which may have
    less.

    Args:
        most: permissions at most of a file whose access list is inherited.

    Returns:
        What could not be kept, in words.

    Raises:
        OSError: the disk is full or broken.
    """
    now = os.fstat(fd)
    lost = []
    if rights.uid not in {None, now.st_uid} and not _tried(os.fchown, fd, rights.uid, -1):
        lost.append("its owner")
    group_lost = rights.gid not in {None, now.st_gid} and not _tried(os.fchown, fd, -1, rights.gid)
    if group_lost:
        lost.append("its group")
    failed = list(_give_attributes(fd, rights))
    lost += [f"attribute {name}" for name in (*failed, *rights.strange)]
    bits = rights.bits
    if bits is None and _ACCESS in rights.attributes:
        bits = os.fstat(fd).st_mode & most
    if bits is not None:
        # After the access list: both write its mask.
        narrow = group_lost or _ACCESS in failed
        os.fchmod(fd, bits & (0o707 | (bits & 0o007) << 3) if narrow else bits)
    return lost


def _give_attributes(fd: int, rights: Rights) -> Iterator[str]:
    """Names of those that could not be given."""
    if sys.platform == "linux":
        # A new file may have got some of the folder that it was made in.
        for name in filter(_is_kept, _names(fd)):
            if name not in rights.attributes:
                _tried(os.removexattr, fd, name)
        # The access list last: it may take from us what the others need.
        for name in sorted(rights.attributes, key=_ACCESS.__eq__):
            if not _tried(os.setxattr, fd, name, rights.attributes[name]):
                yield name


def _is_kept(name: str) -> bool:
    return name == _ACCESS or name.startswith(_USERS)


def _names(fd: int) -> list[str]:
    if sys.platform == "linux":
        try:
            return os.listxattr(fd)
        except OSError as error:
            if error.errno not in _MAY_NOT:
                raise
    return []


def _values(fd: int, *names: str) -> Iterator[tuple[str, bytes]]:
    """Those that are there and may be read."""
    if sys.platform == "linux":
        for name in names:
            try:
                yield name, os.getxattr(fd, name)
            except OSError as error:
                if error.errno not in _MAY_NOT:
                    raise


def _tried(call: Callable[..., None], *arguments: object) -> bool:
    """Whether a call was let do what it does."""
    try:
        call(*arguments)
    except OSError as error:
        if error.errno not in _MAY_NOT:
            raise
        return False
    return True
