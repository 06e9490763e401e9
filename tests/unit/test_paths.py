"""The lexical path gate against the path corpus."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeframe_tui.core.errors import PathRefused
from codeframe_tui.core.paths import check_path, check_places, check_set

REFUSED = {
    "P1": ("../x", "`..`"),
    "P2": ("a/../../x", "`..`"),
    "P3": ("/etc/passwd", "absolute"),
    "P4": ("//etc/passwd", "absolute"),
    "P5": ("~/.bashrc", "`~`"),
    "P6": ("~root/x", "`~`"),
    "P8": ("C:\\x", "backslash"),
    "P8 relative": ("C:x", "drive"),
    "P8 slash": ("c:/x", "drive"),
    "P9": ("\\\\srv\\share\\x", "backslash"),
    "P10": ("a\\..\\..\\x", "backslash"),
    "P11": ("", "empty"),
    "P12": (".", "`.`"),
    "P13": ("./", "`.`"),
    "P13 file": ("./x", "`.`"),
    "P14": ("a/", "empty component"),
    "P15": ("a//b", "empty component"),
    "P16": ("a/./b", "`.`"),
    "P17": ("a\0.py", "U+0000"),
    "P18": ("a\nb", "U+000A"),
    "P18 CR": ("a\rb", "U+000D"),
    "P18 line separator": ("a\u2028b", "U+2028"),
    "P19": ("\x1b]0;x\x07.py", "U+001B"),
    "P19 C1": ("a\x9bb", "U+009B"),
    "P20": ("a\u202eyp.exe", "U+202E"),
    "P20 isolate": ("a\u2066b", "U+2066"),
    "P20 mark": ("a\u200fb", "U+200F"),
    "P21 space": ("x.py ", "space or a dot"),
    "P21 dot": ("x.py.", "space or a dot"),
    "P21 folder": ("a /x", "space or a dot"),
    "P22 CON": ("CON", "device"),
    "P22 nul": ("nul.txt", "device"),
    "P22 com": ("a/com1.tar.gz", "device"),
    "P22 stream": ("a:stream", "drive"),
    "P22 far stream": ("d/abc:stream", "colon"),
    "P23 component": ("a" * 256, "255 bytes"),
    "P23 component bytes": ("é" * 128, "255 bytes"),
    "P23 path": ("/".join(["a" * 99] * 50), "4096 bytes"),
    "P23 depth": ("/".join(["a"] * 300), "200 components"),
    "P27": ("\uff0e\uff0e\uff0fx", "look-alike"),
    "P27 dots": ("\uff0e\uff0e/x", "`.` or `..`"),
    "P27 one dot leader": ("\u2025/x", "`.` or `..`"),
    "P29": ("\ud800", "surrogate"),
    "P30": (".git/config", "`.git`"),
    "P31": (".GIT/hooks/pre-commit", "`.git`"),
    "P32 dot": (".git./x", "dot"),
    "P32 space": (".git /x", "space"),
    "P32 short": ("GIT~1/x", "`.git`"),
    "P32 joiner": (".g\u200cit/x", "`.git`"),
    "P32 zero width": (".g\u200bit/x", "U+200B"),
    "P32 fullwidth": (".ｇｉｔ/x", "`.git`"),
    "P32 file": (".git", "`.git`"),
    "P32 stream": (".git::$INDEX_ALLOCATION/x", "colon"),
    "P33": ("sub/.git/hooks/x", "`.git`"),
    "P34": (".gitmodules", "`.gitmodules`"),
    "P34 case": (".GitModules", "`.gitmodules`"),
    "P34 short": ("GITMOD~1", "`.gitmodules`"),
    "P36": (".codeframe/state.db", "own state"),
    "P36 wal": (".codeframe/state.db-wal", "own state"),
    "P36 journal": (".codeframe/journal/x", "own state"),
    "P36 case": (".CodeFrame/Journal/x", "own state"),
    "P36 apply": (".codeframe-tui-journal-x/new.1", "own state"),
}

ALLOWED = {
    "P7": "$HOME/x",
    "P26": "\u0441onftest.py",
    "P28": "%2e%2e/x",
    "P35": ".gitattributes",
    "P41": ".env",
    "P48": "-rf",
    "P48 option": "--output=x",
    "P49": "*[a]?",
    "P50": "sitecustomize.py",
    "P51": ".claude/settings.json",
    "agents": ".codeframe/agents/x.md",
    "statement": ".codeframe/statement.md",
    "ignore": ".gitignore",
    "keep": "data/.gitkeep",
    "dots": "...x",
    "three dots in": "a/..b/...c",
    "spaces": "my file (1).txt",
    "brackets": "[slug]/page.tsx",
    "emoji": "docs/\U0001f600.md",
    "family": "docs/\U0001f468\u200d\U0001f469.md",
    "persian": "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645.txt",
    "chinese": "\u6a21\u5757/\u6587\u4ef6.py",
    "nfd": "e\u0301.py",
    "console": "console.py",
    "auxiliary": "auxiliary/null.py",
    "com10": "com10.txt",
    "quotes": 'it\'s "x".txt',
    "pipe": "a|b<c>d",
    "tilde inside": "a/~x",
    "backup": "x.py~",
    "git-like": "git/config",
    "github": ".github/workflows/ci.yml",
    "gitlab": ".gitlab-ci.yml",
    "longest": "a" * 255,
    "deep": "/".join(["a"] * 200),
    "fullwidth dot": "report\uff0etxt",
}


@pytest.mark.parametrize(("path", "reason"), REFUSED.values(), ids=REFUSED.keys())
@pytest.mark.goal("G2", "hostile paths by their names alone")
def test_a_hostile_path_is_refused_with_its_reason(path: str, reason: str) -> None:
    with pytest.raises(PathRefused) as caught:
        check_path(path)
    assert reason in caught.value.message.partition("is refused: ")[2]
    caught.value.message.encode()


@pytest.mark.parametrize("path", ALLOWED.values(), ids=ALLOWED.keys())
@pytest.mark.goal("G2", "odd but legal names")
def test_an_odd_but_legal_path_passes_as_it_is(path: str) -> None:
    assert check_path(path) == path


@pytest.mark.parametrize("path", [".venv", ".venv/lib/x.py", ".VENV/x", "envs/dev/bin/python"])
def test_the_place_of_the_environment_is_reserved(path: str) -> None:
    with pytest.raises(PathRefused, match="environment"):
        check_path(path, reserved=(".venv", "envs/dev/"))


@pytest.mark.parametrize("path", [".venvs/x", "src/.venv/x", "envs/dev2"])
def test_its_neighbours_are_not(path: str) -> None:
    assert check_path(path, reserved=(".venv", "envs/dev/")) == path


@pytest.mark.parametrize(
    ("paths", "reason"),
    [
        (["x", "y", "x"], "named twice"),
        (["README", "readme"], "case or Unicode"),
        (["e\u0301.py", "\u00e9.py"], "case or Unicode"),
        (["stra\u00dfe", "STRASSE"], "case or Unicode"),
        (["A/x", "a/X"], "case or Unicode"),
        (["a", "a/b"], "parent"),
        (["a/b/c/d", "A/b"], "parent"),
    ],
)
def test_paths_that_clash_with_each_other_are_refused(paths: list[str], reason: str) -> None:
    for order in (paths, paths[::-1]):
        with pytest.raises(PathRefused, match=reason):
            check_set(order)


def test_neighbours_pass_together() -> None:
    check_set(["a", "ab", "a.b", "b/a", "b/ab", "B.txt"])


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("src", "is a folder"),
        ("README/x", "no folder"),
        ("sub/x", "no folder"),
        ("readme", "case or Unicode"),
    ],
)
def test_paths_that_clash_with_the_tree_are_refused(path: str, reason: str) -> None:
    tree = {"README": 1, "src/a.py": 1, "sub": "a submodule"}
    with pytest.raises(PathRefused, match=reason):
        check_places([path], tree)
    check_places(["README", "src/b.py", "src/a.py", "new/x"], tree)


def test_twins_that_the_tree_already_holds_may_be_changed() -> None:
    check_places(["A", "a"], {"A": 1, "a": 1})


@given(st.text(max_size=40))
def test_what_passes_stays_below_the_root(text: str) -> None:
    try:
        path = check_path(text)
    except PathRefused:
        return
    path.encode()
    assert not path.startswith("/")
    assert not {"", ".", "..", ".git"} & set(path.split("/"))


@given(st.lists(st.text(string.ascii_lowercase + "-_", min_size=5), min_size=1, max_size=8))
def test_ordinary_names_always_pass(names: list[str]) -> None:
    assert check_path("/".join(names))
