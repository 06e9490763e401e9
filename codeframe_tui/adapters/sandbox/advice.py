"""What a person does to get the best sandbox here, from what failed and what system this is."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Surroundings", "advise", "look_around"]

INSTALL = {
    "debian": "sudo apt install bubblewrap",
    "ubuntu": "sudo apt install bubblewrap",
    "fedora": "sudo dnf install bubblewrap",
    "rhel": "sudo dnf install bubblewrap",
    "arch": "sudo pacman -S bubblewrap",
    "suse": "sudo zypper install bubblewrap",
    "alpine": "sudo apk add bubblewrap",
}
APPARMOR = "kernel.apparmor_restrict_unprivileged_userns"
CLONE = "kernel.unprivileged_userns_clone"
SYSCTLS = (APPARMOR, CLONE, "user.max_user_namespaces")
DENIED = (
    "No permissions to create a new namespace",
    "No permissions to creating new namespace",
    "Creating new namespace failed",
    "setting up uid map",
    "Failed RTM_NEWADDR",
    "Failed to make / slave",
    "unshare: Operation not permitted",
    "mount proc",
)
"""Parts of what bubblewrap, or the launcher before it, says when it may not build its walls."""

CONTAINED = ("seccomp", "apparmor", "systempaths")
"""What a container keeps from bubblewrap: its calls, its mounts, and a whole /proc."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What decides about namespaces here.

    Attributes:
        release: of os-release, names as there; empty where there is none.
        sysctls: name -> value, of those in `SYSCTLS` that this kernel has.
    """

    system: str = "linux"
    kernel: str = ""
    release: Mapping[str, str] = field(default_factory=dict)
    sysctls: Mapping[str, str] = field(default_factory=dict)
    root: bool = False
    container: bool = False


def advise(problem: str, here: Surroundings) -> str:
    """One line: what to do about a bubblewrap that is missing or fails.

    Args:
        problem: what was said of it, with bubblewrap's own words where it had some.
    """
    if here.system == "darwin":
        return "macOS has no bubblewrap: work in a Linux virtual machine for walls"
    if here.system != "linux":
        return "there is no bubblewrap for this system: work on Linux for walls"
    if "microsoft" in here.kernel.lower() and "wsl2" not in here.kernel.lower():
        return "WSL 1 has no namespaces: change to WSL 2 with `wsl --set-version`"
    if "not installed" in problem:
        return f"install bubblewrap: `{_install(here)}`"
    if "nknown option" in problem:
        return f"bubblewrap 0.8.0 or newer is needed: `{_install(here)}`, or a newer release"
    if "setuid" in problem:
        return "bubblewrap must not be setuid: `sudo chmod u-s $(command -v bwrap)`"
    if any(part in problem for part in DENIED):
        return _allow(here)
    return "see what bubblewrap itself says; `codeframe-tui doctor` tries it again"


def _install(here: Surroundings) -> str:
    names = [here.release.get("ID", ""), *here.release.get("ID_LIKE", "").split()]
    found = next((INSTALL[name] for name in names if name in INSTALL), "")
    return found or "your package manager, package bubblewrap"


def _allow(here: Surroundings) -> str:
    """Namespaces are denied: by what, and how they are allowed."""
    if here.container:
        options = " ".join(f"--security-opt {name}=unconfined" for name in CONTAINED)
        return f"the container forbids namespaces: start it with `{options}`"
    if here.sysctls.get(APPARMOR) == "1":
        return (
            "AppArmor denies namespaces: give /usr/bin/bwrap a profile with `userns,`, or "
            f"`sudo sysctl -w {APPARMOR}=0`"
        )
    if here.sysctls.get(CLONE) == "0":
        return f"the kernel denies namespaces to users: `sudo sysctl -w {CLONE}=1`"
    if here.sysctls.get("user.max_user_namespaces") == "0":
        return "no user namespaces are allowed: `sudo sysctl -w user.max_user_namespaces=15000`"
    if here.root:
        return "root may not mount here: start codeframe-tui as an ordinary user"
    return "the kernel denies namespaces: allow unprivileged user namespaces for bwrap"


def look_around(root: Path = Path("/")) -> Surroundings:
    """Read what decides; what cannot be read counts as not there.

    Args:
        root: where this system's files are.
    """
    return Surroundings(
        system=sys.platform,
        kernel=platform.release(),
        release=_release(root),
        sysctls={
            name: value
            for name in SYSCTLS
            if (value := _text(root / "proc/sys" / name.replace(".", "/")).strip())
        },
        root=os.getuid() == 0,
        container=(root / ".dockerenv").exists()
        or (root / "run/.containerenv").exists()
        or "container=" in _text(root / "proc/1/environ"),
    )


def _release(root: Path) -> dict[str, str]:
    text = _text(root / "etc/os-release") or _text(root / "usr/lib/os-release")
    lines = (line.partition("=") for line in text.splitlines() if not line.startswith("#"))
    return {name.strip(): value.strip().strip("\"'") for name, sign, value in lines if sign}


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
