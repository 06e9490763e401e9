"""Other languages than Python: their definitions where the wheel is there, else mere text."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from codeframe_tui.adapters.beside import import_paths
from codeframe_tui.adapters.index import project_index
from codeframe_tui.adapters.index.inside import languages
from codeframe_tui.adapters.index.inside import shelf as shelf_of
from codeframe_tui.adapters.index.inside.database import open_database
from codeframe_tui.adapters.index.inside.describe import Known, describe
from codeframe_tui.adapters.index.inside.git import Objects
from codeframe_tui.adapters.index.inside.grammars import GRAMMARS, named
from codeframe_tui.adapters.index.inside.languages import language_of, read_code, uses_of
from codeframe_tui.adapters.index.inside.reading import read_as
from codeframe_tui.adapters.index.inside.shelf import Shelf
from codeframe_tui.adapters.index.project_index import ProjectIndex
from codeframe_tui.adapters.workspace import GitWorkspaces
from codeframe_tui.adapters.workspace.git import Git
from codeframe_tui.adapters.workspace.objects import PLAIN, ObjectWriter
from codeframe_tui.ports.files import TreeEntry
from codeframe_tui.settings import Limits

WHEELS = {each.name: each.package for each in GRAMMARS}
TEXTS = {
    "a.js": """
import x from "./net";
const y = require("../lib/y");
// Waits.
// For long.
export class Retry extends Base {
  delay(attempt) { return helper(attempt); }
}
export const wait = async (ms) => 1;
const LIMIT = 5;
""",
    "a.ts": """
export * from "./net";
/**
 * What can be set.
 */
export interface Options<T> { read(path: string): Promise<T>; }
export type Name = string | number;
namespace net { export function get(url: string): void {} }
abstract class Store {
  async find(id: string): Promise<void> { return helper(id); }
  handle = (e: Event): void => {};
}
""",
    "a.tsx": "export const View = ({ a }: Props) => <div>{a}</div>;\n",
    "a.go": """
package net
// Waits.
type Retry struct { n int }
type Doer interface { Do() error }
// Says how long.
func (r *Retry) Delay(n int) int { return helper(n) }
func New(n int) *Retry { return &Retry{n} }
const Max = 3
""",
    "a.rs": """
/// Waits.
#[derive(Debug)]
pub struct Retry<T> { n: T }
impl<T> Retry<T> { pub fn delay(&self, n: u32) -> u32 { helper(n) } }
trait Doer { fn run(&self); }
mod inner { pub fn deep() {} }
const MAX: u32 = 3;
""",
    "a.java": """
/** Waits. */
public class Retry<T> extends Base {
  public Retry(int n) {}
  long delay(int n) throws IOException { return helper(n); }
  interface Inner { void go(); }
}
""",
    "a.c": """
#include "net.h"
#include <stdio.h>
#define MAX 3
/* Waits. */
static int delay(struct retry *r, int n)
{
  return helper(n);
}
struct retry { int n; };
int proto(int);
""",
    "a.cpp": """
namespace net {
// Waits.
template <typename T>
class Retry : public Base {
  int delay(int n) const { return helper(n); }
};
}
int net::Retry<int>::wait(int n) { return n; }
""",
    "a.rb": """
require_relative "net"
module Net
  # Waits.
  class Retry < Base
    def delay(attempt)
      helper(attempt)
    end
  end
end
""",
}
KNOWN = {
    "a.js": [
        ("variable", "y", 'const y = require("../lib/y")', ""),
        ("class", "Retry", "export class Retry extends Base", "Waits."),
        ("method", "Retry.delay", "delay(attempt)", ""),
        ("function", "wait", "export const wait = async (ms)", ""),
        ("variable", "LIMIT", "const LIMIT = 5", ""),
    ],
    "a.ts": [
        ("class", "Options", "export interface Options<T>", "What can be set."),
        ("method", "Options.read", "read(path: string): Promise<T>", "What can be set."),
        ("class", "Name", "export type Name", ""),
        ("function", "net.get", "function get(url: string): void", ""),
        ("class", "Store", "abstract class Store", ""),
        ("method", "Store.find", "async find(id: string): Promise<void>", ""),
        ("method", "Store.handle", "handle = (e: Event): void", ""),
    ],
    "a.tsx": [("function", "View", "export const View = ({ a }: Props)", "")],
    "a.go": [
        ("class", "Retry", "type Retry struct", "Waits."),
        ("class", "Doer", "type Doer interface { Do() error }", ""),
        ("method", "Retry.Delay", "func (r *Retry) Delay(n int) int", "Says how long."),
        ("function", "New", "func New(n int) *Retry", ""),
        ("variable", "Max", "const Max = 3", ""),
    ],
    "a.rs": [
        ("class", "Retry", "pub struct Retry<T>", "Waits."),
        ("method", "Retry.delay", "pub fn delay(&self, n: u32) -> u32", ""),
        ("class", "Doer", "trait Doer", ""),
        ("method", "Doer.run", "fn run(&self)", ""),
        ("function", "inner.deep", "pub fn deep()", ""),
        ("variable", "MAX", "const MAX: u32 = 3", ""),
    ],
    "a.java": [
        ("class", "Retry", "public class Retry<T> extends Base", "Waits."),
        ("method", "Retry.Retry", "public Retry(int n)", ""),
        ("method", "Retry.delay", "long delay(int n) throws IOException", ""),
        ("class", "Retry.Inner", "interface Inner", ""),
        ("method", "Retry.Inner.go", "void go()", ""),
    ],
    "a.c": [
        ("variable", "MAX", "#define MAX 3", ""),
        ("function", "delay", "static int delay(struct retry *r, int n)", "Waits."),
        ("class", "retry", "struct retry", ""),
    ],
    "a.cpp": [
        ("class", "net.Retry", "class Retry : public Base", "Waits."),
        ("method", "net.Retry.delay", "int delay(int n) const", ""),
        ("method", "Retry.wait", "int net::Retry<int>::wait(int n)", ""),
    ],
    "a.rb": [
        ("class", "Net", "module Net", ""),
        ("class", "Net.Retry", "class Retry < Base", "Waits."),
        ("method", "Net.Retry.delay", "def delay(attempt)", ""),
    ],
}
IMPORTED = {"a.js": ["./net", "../lib/y"], "a.ts": ["./net"], "a.c": ["./net.h"], "a.rb": ["./net"]}


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """Wheels are looked for anew, before and after."""
    languages._reader.cache_clear()
    yield
    languages._reader.cache_clear()
    languages.edition.cache_clear()
    languages.troubles()


def needs(path: str) -> str:
    """The language of a path. Skips where no wheel reads it."""
    wheel = WHEELS[named(path)]
    if find_spec(wheel) is None:
        pytest.skip(f"{wheel} is not installed: pip install 'codeframe-tui[languages]'")
    return language_of(path)


@pytest.mark.parametrize("path", TEXTS)
def test_a_language_tells_what_is_defined_imported_and_used(path: str) -> None:
    language, content = needs(path), TEXTS[path].encode()
    code = read_code(language, content)
    assert [(s.kind, s.qualified, s.signature, s.doc) for s in code.symbols] == KNOWN[path]
    lines = content.split(b"\n")
    for symbol in code.symbols:
        assert symbol.name in lines[symbol.line - 1].decode()
        assert symbol.last >= symbol.line
    assert [each.module for each in code.imports] == IMPORTED.get(path, [])
    uses = [(n, text) for n, text in enumerate(lines, 1) if b"helper(" in text]
    assert list(uses_of(language, content, "helper")) == [(n, t.decode().strip()) for n, t in uses]
    assert b"Waits." in code.docs or "Waits." not in TEXTS[path]


@pytest.mark.parametrize("path", TEXTS)
def test_a_file_that_is_not_whole_is_no_hindrance(path: str) -> None:
    language = needs(path)
    for end in range(0, len(TEXTS[path]), 7):
        read_code(language, TEXTS[path].encode()[:end] + b"\xff{(")


def test_without_a_wheel_a_file_is_text_and_nobody_is_told(monkeypatch: Any) -> None:
    monkeypatch.setitem(sys.modules, "tree_sitter_go", None)
    assert (language_of("a.go"), read_as("a.go"), languages.troubles()) == ("", "", [])
    assert (read_as("a.py"), read_as("a.txt"), read_as(".js")) == ("python", "", read_as("b/.js"))


def raises() -> None:
    raise RuntimeError


def broken(**attributes: object) -> ModuleType:
    module = ModuleType("tree_sitter_go")
    vars(module).update(attributes)
    return module


@pytest.mark.parametrize(
    "wheel",
    [
        broken(),
        broken(language=lambda: "x"),
        broken(language=lambda: 0),
        broken(language=1),
        broken(language=raises),
    ],
)
def test_a_wheel_that_does_not_fit_is_told_once_and_its_files_are_text(
    monkeypatch: Any, wheel: ModuleType
) -> None:
    monkeypatch.setitem(sys.modules, "tree_sitter_go", wheel)
    assert [language_of(path) for path in ("a.go", "b.go")] == ["", ""]
    (told,) = languages.troubles()
    assert told.startswith("go is read as text: tree-sitter-go does not fit (")
    assert languages.troubles() == []


def test_what_another_version_of_a_wheel_read_is_read_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git = Git(tmp_path / "objects")
    git.prepare()
    writer = ObjectWriter(git, set())
    held = {"a.py": b"def a(): ...\n", "b.txt": b"words\n"}
    tree = writer.tree({p: TreeEntry(PLAIN, writer.blob(text)) for p, text in held.items()})
    read: list[str] = []

    def described(content: bytes, language: str) -> Known | None:
        read.append(language)
        return describe(content, language)

    monkeypatch.setattr(shelf_of, "describe", described)
    for version, expected in (("1.0", ["python", ""]), ("1.0", []), ("1.1", ["python"])):
        monkeypatch.setattr(metadata, "version", lambda _, told=version: told)
        languages.edition.cache_clear()
        with (
            closing(Objects(git.directory)) as objects,
            closing(open_database(tmp_path / "index.db")) as database,
            closing(Shelf(database, objects, tmp_path / "at-work")) as shelf,
        ):
            assert shelf.tree(tree, float("inf")).paths == ("a.py", "b.txt")
        assert read == expected
        read.clear()


def test_of_a_long_comment_above_a_definition_the_near_lines_are_looked_at() -> None:
    class Lines(list[bytes]):
        looks = 0

        def __getitem__(self, number: Any, /) -> Any:
            self.looks += 1
            return super().__getitem__(number)

    lines = Lines([b"// first"] + [b"//"] * 50_000 + [b"// near"] + [b"@mark"] * 20)
    assert languages._doc(lines, len(lines), ("//",)) == "near"
    assert lines.looks <= 100


@pytest.fixture
async def workspaces(tmp_path: Path) -> AsyncIterator[GitWorkspaces]:
    (tmp_path / "project").mkdir()
    given = GitWorkspaces(tmp_path / "project", tmp_path / "state", Limits())
    await given.prepare()
    yield given
    await given.close()


def index_of(workspaces: GitWorkspaces, tmp_path: Path) -> ProjectIndex:
    return ProjectIndex(
        workspaces,
        objects=workspaces.objects,
        database=tmp_path / "index.db",
        project=tmp_path / "project",
    )


async def test_another_language_is_in_every_answer(
    workspaces: GitWorkspaces, tmp_path: Path
) -> None:
    for path in ("a.ts", "a.js"):
        needs(path)
    for name, text in {
        "src/retry.ts": "export class Retry {\n  delay(n: number): number { return n; }\n}\n",
        "src/client.js": "import { Retry } from './retry.js';\nnew Retry().delay(1);\n",
        "src/retry.test.ts": "import { Retry } from './retry';\ntest('it', () => Retry);\n",
    }.items():
        file = tmp_path / "project" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    index = index_of(workspaces, tmp_path)
    try:
        (found,) = (await index.find("Retry.delay"))["symbols"]
        assert (found["kind"], found["path"], found["line"]) == ("method", "src/retry.ts", 2)
        assert (await index.places("delay"))["places"][0]["name"] == "Retry.delay"
        outline = await index.relations("outline", "src/retry.ts")
        assert [s["signature"] for s in outline["symbols"]] == [
            "export class Retry", "delay(n: number): number"
        ]  # fmt: skip
        importers = await index.relations("importers", "src/retry.ts")
        assert [f["path"] for f in importers["files"]] == ["src/client.js", "src/retry.test.ts"]
        tests = await index.relations("tests", "src/retry.ts")
        assert [(f["path"], f["why"]) for f in tests["files"]] == [
            ("src/retry.test.ts", "imports it")
        ]
        uses = (await index.relations("callers", "delay"))["uses"]
        assert [(u["path"], u["line"]) for u in uses] == [("src/client.js", 2)]
        context = await index.context("the delay of a retry", 2_000)
        assert "delay" in {s["name"] for s in context["symbols"]}
    finally:
        await index.close()


async def test_the_engine_is_told_of_a_wheel_that_does_not_fit(
    workspaces: GitWorkspaces,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    (tmp_path / "wheels" / "tree_sitter_ruby").mkdir(parents=True)
    (tmp_path / "wheels" / "tree_sitter_ruby" / "__init__.py").write_text("language = 1\n")
    first = os.fspath(tmp_path / "wheels")
    paths = import_paths
    monkeypatch.setattr(project_index, "import_paths", lambda *names: [first, *paths(*names)])
    (tmp_path / "project" / "a.rb").write_text("def delay() = 1\n")
    index = index_of(workspaces, tmp_path)
    try:
        with caplog.at_level(logging.WARNING):
            assert (await index.find("delay"))["symbols"] == []
            await index.find("delay")
        assert [
            r.message for r in caplog.records if "tree-sitter-ruby does not fit" in r.message
        ] == [r.message for r in caplog.records][:1]
        assert (await index.context("delay", 2_000))["files"][0]["path"] == "a.rb"
    finally:
        await index.close()
