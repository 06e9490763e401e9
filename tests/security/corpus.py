"""Hostile texts for a terminal: name -> (what comes in, what `core.text.clean` makes of it).

The numbers are those of the threat list: markup (X1-X5), sequences (X6-X14), control characters
(X15, X16, X22, X23, X25), what the eye does not see (X17-X19, X21, X24), length (X20), and texts
that only pretend (X26-X30).
"""

from __future__ import annotations

__all__ = ["CORPUS"]

CORPUS = {
    "X1": ("[/]", "[/]"),
    "X2": ("[/foo]", "[/foo]"),
    "X3": ("yield [b + x", "yield [b + x"),
    "X4": ("[@click=app.quit]Approve[/]", "[@click=app.quit]Approve[/]"),
    "X5": ("[link=javascript:x]", "[link=javascript:x]"),
    "X6": ("\x1b[1;31mred\x1b[0m", "red"),
    "X6 colons": ("\x1b[38:2::1:2:3mred\x1b[m", "red"),
    "X7": ("a\x1b[2J\x1b[Hb", "ab"),
    "X8": ("a\x1b]52;c;aGk=\x07b", "ab"),
    "X9": ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
    "X10": ("\x1b]0;title\x07a\x1b]2;title\x9cb", "ab"),
    "X11": ("a\x1b]0;evil\nnext line", "a\nnext line"),
    "X11 cut off": ("a\x1b]0;evil", "a"),
    "X12": ("a\x1bPq#0;2;0\n-\n~~\x1b\\b", "ab"),
    "X13": ("a\x1b_Gf=24;AAAA\x1b\\b", "ab"),
    "X13 PM and SOS": ("a\x1b^x\x1b\\b\x1bXy\x1b\\c", "abc"),
    "X14": ("a\x9b2Jb\x9d0;t\x07c", "abc"),
    "X14 DCS": ("a\x90q\x9cb", "ab"),
    "X15": ("\x07" * 50 + "a", "a"),
    "X16 CR": ("10%\r20%\r\nend", "10%\n20%\nend"),
    "X16 BS": ("abc\b\b\bxyz", "abcxyz"),
    "X17": ("a\u202eb\u2066c\u2069d\u061ce\u200ff", "abcdef"),
    "X18": ("a\u200bb\u2060c\ufeffd\U000e0041e\u00adf", "abcdef"),
    "X19": ("a" + "\u0301" * 5000 + "b", "a" + "\u0301" * 8 + "b"),
    "X19 Thai": ("\u0e01" + "\u0e49" * 100, "\u0e01" + "\u0e49" * 8),
    "X19 Hangul": ("\u1100" + "\u1161" * 100, "\u1100" + "\u1161" * 8),
    "X20": ("x" * 200_000, "x" * 4095 + "…"),
    "X21": ("\U0001f468\u200d\U0001f469 \uff21 ±", "\U0001f468\U0001f469 \uff21 ±"),
    "X22": ("a\x0bb\x0cc\x85d\u2028e\u2029f", "a\nb\nc\nd\ne\nf"),
    "X23": ("a\0b", "ab"),
    "X24": ("a\ud800b\udfffc", "abc"),
    "X25": ("a\tb", "a\tb"),
    "X26": ("a\x1b[6nb\x1b[cc\x1bZd", "abcd"),
    "X27": ("a\x1b[201~b", "ab"),
    "X28": ("a\x1b[?1049hb\x1b[?1000;1006hc\x1b=d\x1b>e\x1bcf", "abcdef"),
    "X29": ("![x](http://x) <b onclick=y>", "![x](http://x) <b onclick=y>"),
    "X30": ("Approve? [Y/n]", "Approve? [Y/n]"),
    "charset": ("a\x1b(0b\x1b#8c\x1b%Gd", "abcd"),
    "nested": ("\x1b\x1b[31m[31ma", "[31ma"),
    "split": ("\x1b\x9b31ma", "a"),
    "lone escape": ("a\x1b", "a"),
}
