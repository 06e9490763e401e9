"""Changes of what is in files: line ends, encodings, sizes, edits."""

from __future__ import annotations

from tests.worker.changes import (
    BASE,
    BIG,
    BOM,
    CRLF,
    KANJI,
    LATIN,
    LINE,
    MAC,
    MIXED,
    Change,
    changed,
    coded,
    create,
    delete,
    edit,
    modify,
    plain,
)

__all__ = ["CHANGES"]

CORE = BASE["pkg/core.py"][1].decode()
WORDS = "GR\u00dcSSE = '\u4f60\u597d \U0001f468\u200d\U0001f469\u200d\U0001f467 e\u0301'\n"
SEPARATORS = "a\x0bb\x0cc\x1cd\x85e\u2028f\u2029g\n"
SHOWY = "\x1b[31mred\x1b[0m \x07 \u202etxt.exe\u202c \u200b.\n"
PATCH = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-x\n+y\ndiff --git a/x b/x\n\\ No newline at end of file\n"
MERGED = "<<<<<<< ours\nx\n||||||| base\n=======\ny\n>>>>>>> theirs\n"
BINARY = b"\0\1\2\xff\r\n\0"
UTF32 = "\u20ac\n".encode("utf-32")

CHANGES: list[Change] = [
    changed("modify", modify("pkg/core.py", "def one(): ...\n"), to=plain("def one(): ...\n")),
    # -- line ends
    changed(
        "crlf stays",
        edit("pkg/windows.txt", ("second\r\n", "2nd\r\n")),
        to=plain(CRLF.replace(b"second", b"2nd")),
    ),
    changed(
        "crlf that the model does not see",
        edit("pkg/windows.txt", ("first\nsecond", "1st\nmiddle\n2nd")),
        to=plain(b"1st\r\nmiddle\r\n2nd\r\nthird\r\n"),
    ),
    changed("crlf created", create("pkg/dos.bat", "@echo\r\n"), to=plain("@echo\r\n")),
    changed("crlf to lf", modify("pkg/windows.txt", "a\nb\n"), to=plain("a\nb\n")),
    changed("lf to crlf", modify("pkg/core.py", "a\r\nb\r\n"), to=plain("a\r\nb\r\n")),
    changed(
        "mixed line ends",
        edit("pkg/mixed.txt", ("windows\r\n", "dos\r\n"), ("end", "END")),
        to=plain(MIXED.replace(b"windows", b"dos").replace(b"end", b"END")),
    ),
    changed("lone cr", edit("pkg/mac.txt", ("two", "2")), to=plain(MAC.replace(b"two", b"2"))),
    changed("other separators", create("pkg/sep.txt", SEPARATORS), to=plain(SEPARATORS)),
    changed(
        "white space",
        edit("pkg/spaces.mk", ("x.c ", "y.c\t ")),
        to=plain(b"all:\n\tcc  y.c\t \n \n"),
    ),
    # -- the end of a file
    changed("no final newline", modify("pkg/no_newline.py", "VALUE = 2"), to=plain("VALUE = 2")),
    changed("newline added", modify("pkg/no_newline.py", "VALUE = 1\n"), to=plain("VALUE = 1\n")),
    changed("newline taken", modify("pkg/core.py", CORE.rstrip("\n")), to=plain(CORE.rstrip("\n"))),
    changed(
        "appended to no newline",
        edit("pkg/no_newline.py", ("1", "1\nMORE = 2")),
        to=plain("VALUE = 1\nMORE = 2"),
    ),
    changed("newlines only", modify("pkg/core.py", "\n\n\n"), to=plain("\n\n\n")),
    # -- nothing
    changed("empty created", create("pkg/void.py", ""), to=plain("")),
    changed("emptied", modify("pkg/bom.py", ""), to=plain("")),
    changed("filled", modify("pkg/empty.py", "FULL = 1\n"), to=plain("FULL = 1\n")),
    changed("empty deleted", delete("pkg/empty.py"), to=None),
    # -- encodings
    changed("bom stays", edit("pkg/bom.py", ("'x'", "'y'")), to=plain(BOM.replace(b"x'", b"y'"))),
    changed("bom taken", modify("pkg/bom.py", "NAME = 1\n"), to=plain("NAME = 1\n")),
    changed("bom added", modify("pkg/core.py", "\ufeffX = 1\n"), to=plain(b"\xef\xbb\xbfX = 1\n")),
    changed("non-ascii content", create("pkg/words.py", WORDS), to=plain(WORDS)),
    changed(
        "non-ascii edit",
        edit("docs/\u00fcber uns.md", ("\u00fc\u00df", "\u00f6\u00df")),
        to=plain("Gr\u00f6\u00dfe\n"),
    ),
    changed(
        "latin-1 bytes",
        coded("pkg/latin.py", LATIN.replace(b"3", b"4")),
        to=plain(LATIN.replace(b"3", b"4")),
    ),
    changed(
        "latin-1 by an edit",
        edit("pkg/latin.py", ("PRICE = 3", "PRICE = 5")),
        to=plain(LATIN.replace(b"3", b"5")),
    ),
    changed(
        "utf-16",
        coded("pkg/wide.txt", "th\u00e9\r\n".encode("utf-16")),
        to=plain("th\u00e9\r\n".encode("utf-16")),
    ),
    changed("utf-32 created", coded("pkg/u32.txt", UTF32, "create"), to=plain(UTF32)),
    changed("shift-jis", coded("pkg/kanji.txt", KANJI * 2), to=plain(KANJI * 2)),
    changed("binary", coded("pkg/blob.bin", BINARY), to=plain(BINARY)),
    changed("binary created", coded("pkg/new.bin", BINARY, "create"), to=plain(BINARY)),
    changed("text becomes binary", coded("pkg/core.py", BINARY), to=plain(BINARY)),
    changed("binary becomes text", modify("pkg/blob.bin", "text\n"), to=plain("text\n")),
    changed("nul in a text", create("pkg/zero.txt", "a\0b\n"), to=plain("a\0b\n")),
    # -- text that looks like something else
    changed("escapes and hidden characters", create("pkg/show.txt", SHOWY), to=plain(SHOWY)),
    changed("a patch as content", create("pkg/x.patch", PATCH), to=plain(PATCH)),
    changed("conflict markers", create("pkg/merge.txt", MERGED), to=plain(MERGED)),
    changed(
        "json and markup",
        create("pkg/x.json", '{"files": ["[/]", "</x>", "\\u0000"]}'),
        to=plain('{"files": ["[/]", "</x>", "\\u0000"]}'),
    ),
    # -- sizes
    changed(
        "400 kB by edit",
        edit("pkg/big.txt", ("row 005555 of", "line 005555 of")),
        to=plain(BIG.replace(b"row 005555 of", b"line 005555 of")),
    ),
    changed("400 kB created", create("pkg/big_too.txt", BIG.decode()), to=plain(BIG)),
    changed("400 kB deleted", delete("pkg/big.txt"), to=None),
    changed(
        "400 kB in one line", modify("pkg/line.txt", LINE.decode() + ";"), to=plain(LINE + b";")
    ),
    # -- edits
    changed(
        "several edits",
        edit("pkg/core.py", ("return 1", "return 10"), ("two", "deux")),
        to=plain(CORE.replace("return 1", "return 10").replace("two", "deux")),
    ),
    changed(
        "edits that touch",
        edit("pkg/core.py", ("def one", "def un"), ("():\n    return 1", "(): 1")),
        to=plain(CORE.replace("def one():\n    return 1", "def un(): 1")),
    ),
    changed(
        "text taken out",
        edit("pkg/core.py", ("\n\n\ndef two():\n    return 2", "")),
        to=plain("def one():\n    return 1\n"),
    ),
    changed(
        "first and last byte",
        edit("pkg/no_newline.py", ("V", "v"), ("1", "")),
        to=plain("vALUE = "),
    ),
    changed("the whole text", edit("pkg/no_newline.py", ("VALUE = 1", "x")), to=plain("x")),
    changed(
        "signs of patterns",
        edit("pkg/re.py", ("(a+)+[.*]?$|\\d", "\\1\\g<0>$&")),
        to=plain("P = r'^\\1\\g<0>$&{2}'\n"),
    ),
    changed(
        "edits in three files",
        edit("pkg/core.py", ("return 2", "return 3")),
        edit("pkg/group.txt", ("ours", "theirs")),
        edit("README.md", ("Read", "Reread")),
        all={
            "pkg/core.py": plain(CORE.replace("return 2", "return 3")),
            "pkg/group.txt": (0o664, b"theirs\n"),
            "README.md": plain("# Reread me\n"),
        },
    ),
]
