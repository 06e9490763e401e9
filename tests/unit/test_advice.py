"""What to do for a better sandbox: one clear line for each system and each failure."""

from __future__ import annotations

from pathlib import Path

import pytest

from codeframe_tui.adapters.sandbox.advice import APPARMOR, CLONE, Surroundings, advise, look_around

MISSING = "bubblewrap (bwrap) is not installed"
DENIED = "bubblewrap does not start here: bwrap: setting up uid map: Permission denied"
NEW = "bwrap: No permissions to create a new namespace, likely because the kernel does not allow"


def on(name: str, like: str = "") -> Surroundings:
    return Surroundings(release={"ID": name, "ID_LIKE": like})


@pytest.mark.parametrize(
    ("problem", "here", "told"),
    [
        (MISSING, on("debian"), "sudo apt install bubblewrap"),
        (MISSING, on("ubuntu", "debian"), "sudo apt install bubblewrap"),
        (MISSING, on("linuxmint", "ubuntu debian"), "sudo apt install bubblewrap"),
        (MISSING, on("fedora"), "sudo dnf install bubblewrap"),
        (MISSING, on("rocky", "rhel centos fedora"), "sudo dnf install bubblewrap"),
        (MISSING, on("arch"), "sudo pacman -S bubblewrap"),
        (MISSING, on("manjaro", "arch"), "sudo pacman -S bubblewrap"),
        (MISSING, on("opensuse-leap", "suse opensuse"), "sudo zypper install bubblewrap"),
        (MISSING, on("alpine"), "sudo apk add bubblewrap"),
        (MISSING, on("something"), "your package manager"),
        (MISSING, Surroundings(system="darwin"), "macOS has no bubblewrap"),
        (MISSING, Surroundings(system="freebsd14"), "no bubblewrap for this system"),
        (MISSING, Surroundings(kernel="4.4.0-19041-Microsoft"), "WSL 2"),
        (MISSING, Surroundings(kernel="5.15.1-microsoft-standard-WSL2"), "install bubblewrap"),
        ("bwrap: Unknown option --disable-userns", on("ubuntu"), "0.8.0 or newer"),
        ("bwrap: --disable-userns not supported in setuid mode", on("debian"), "chmod u-s"),
        (DENIED, Surroundings(sysctls={APPARMOR: "1"}), f"sysctl -w {APPARMOR}=0"),
        (DENIED, Surroundings(sysctls={APPARMOR: "1"}), "profile with `userns,`"),
        ("bwrap: loopback: Failed RTM_NEWADDR", Surroundings(sysctls={APPARMOR: "1"}), "AppArmor"),
        (NEW, Surroundings(sysctls={CLONE: "0", APPARMOR: "0"}), f"sysctl -w {CLONE}=1"),
        (NEW, Surroundings(sysctls={"user.max_user_namespaces": "0"}), "namespaces=15000"),
        (NEW, Surroundings(container=True, sysctls={CLONE: "0"}), "seccomp=unconfined"),
        ("bwrap: Can't mount proc on /newroot", Surroundings(container=True), "systempaths"),
        ("unshare: Operation not permitted", Surroundings(root=True), "ordinary user"),
        (NEW, Surroundings(), "allow unprivileged user namespaces"),
        ("bwrap: something new", Surroundings(), "codeframe-tui doctor"),
    ],
)
def test_each_failure_has_one_clear_line(problem: str, here: Surroundings, told: str) -> None:
    line = advise(problem, here)
    assert told in line
    assert "\n" not in line
    assert len(line) <= 160


def test_what_decides_is_read_from_the_system(tmp_path: Path) -> None:
    assert look_around(tmp_path).release == {}
    for name, text in {
        "etc/os-release": '# of a system\nID=ubuntu\nID_LIKE="debian"\nVERSION_ID="24.04"\n',
        "proc/sys/kernel/apparmor_restrict_unprivileged_userns": "1\n",
        "run/.containerenv": "",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    here = look_around(tmp_path)
    assert here.release == {"ID": "ubuntu", "ID_LIKE": "debian", "VERSION_ID": "24.04"}
    assert (here.sysctls, here.container) == ({APPARMOR: "1"}, True)
