"""The key in our environment, as other programs of the same user try to read it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from codeframe_tui.adapters import memory

KEY = "sk-ant-canary-0123456789"
NOBODY = 65_534
SOURCE = Path(memory.__file__)
HOLDER = """
import ctypes, os, sys
{seal}
if os.getuid() == 0:
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # as every program begins
seal()
print("ready", flush=True)
sys.stdin.read()
"""
LOOK = f"cat /proc/$1/environ /proc/$1/mem 2>/dev/null | head -c 100000 | grep -c {KEY}"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows environments as files")
@pytest.mark.parametrize("sealed", [True, False])
def test_no_other_program_of_the_user_reads_the_key(sealed: bool, tmp_path: Path) -> None:
    # run by its text: an ordinary user may not be able to import from where our Python lies
    seal = SOURCE.read_text().replace("from __future__ import annotations", "")
    code = HOLDER.replace("{seal}", seal if sealed else "seal = lambda: None")
    with subprocess.Popen(
        [sys.executable, "-I", "-c", code],
        env={"ANTHROPIC_API_KEY": KEY},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=tmp_path,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"ready\n"
        as_root = os.getuid() == 0
        user = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if as_root else {}
        looked = subprocess.run(
            ["/bin/sh", "-c", LOOK, "look", str(holder.pid)],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            **user,  # type: ignore[call-overload]
        )
        assert looked.stdout.strip() == ("0" if sealed else "1")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows environments as files")
def test_the_cockpit_seals_itself_as_soon_as_its_frame_stands(tmp_path: Path) -> None:
    code = (
        "import sys; from codeframe_tui.tui.launch import first_picture\n"
        "with first_picture('project'):\n"
        "    import ctypes; print('dumpable', ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert done.stdout == "dumpable 0\n", done


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows environments as files")
def test_every_verb_seals_itself_before_it_does_anything(tmp_path: Path) -> None:
    code = (
        "import ctypes, sys, atexit; from codeframe_tui.__main__ import main; "
        "atexit.register(lambda: print('dumpable', ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))); "
        "sys.argv[1:] = ['engine', '--help']; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert done.stdout.endswith("dumpable 0\n"), done
