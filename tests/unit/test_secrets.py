"""What is hidden, and what must stay as it is."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from urllib.parse import quote

import pytest

from codeframe_tui.core.secrets import HIDDEN, NOTHING, Held, Secrets, Stream

KEY = "sk-ant-api03-Q7x_9aB+cD/eF0123456789ghijklmnopqrstuvwxyzAA"
TOKEN = "another value of 31 characters!"
OURS = Secrets.of({"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_AUTH_TOKEN": TOKEN, "PATH": "/usr/bin"})


@pytest.mark.parametrize(
    "written",
    [
        KEY,
        TOKEN,
        "".join(f"\x1b[3{n % 8}m{char}" for n, char in enumerate(KEY)),
        f"{KEY[:20]}\x1b[0m\u200b{KEY[20:]}",
        f"\x1b]0;{KEY}",
        base64.b64encode(KEY.encode()).decode(),
        quote(KEY, safe=""),
        KEY[:30],
        KEY[-30:],
        f"{KEY[:25]}...{KEY[-25:]}",
        KEY[:-2],
    ],
    ids=[
        *("key", "token", "colours", "cut", "title", "base64", "quoted", "head", "tail", "middle"),
        "most",
    ],
)
def test_a_value_of_ours_is_hidden_however_it_is_written(written: str) -> None:
    told = OURS.withhold(f"before {written} after")
    assert HIDDEN in told
    assert KEY[10:25] not in told
    assert KEY[-15:] not in told
    assert TOKEN not in told
    assert told.startswith("before ")


@pytest.mark.parametrize(
    "token",
    [
        "sk-ant-api03-abcdefghijkl",
        "sk_live_abcdefghij0123456789",
        "ghp_abcdefghijklmnopqrst0123",
        "github_pat_abcdefghijklmnopqrst0123",
        "glpat-abcdefghij0123456789",
        "AKIAABCDEFGHIJKLMNOP",
        "xoxb-1234567890-abcdef",
        "AIzaabcdefghijklmnopqrstuvwxyz0123456",
        "hf_abcdefghijklmnopqrstuvwx",
        "npm_abcdefghijklmnopqrstuvwxyz0123456789",
        "pypi-AgEIcHlwaS5vcmcabcdefghijklmnop",
        "SG.abcdefghijklmnopqrst.abcdefghijklmnopqrst",
        "eyJhbGciOiJI.eyJzdWIiOiIx.SflKxwRJSMeKKF2",
        "http://127.0.0.1:1/#abcdefghijklmnop_qrstuv",
        "ws://[::1]:8000/#abcdefghijklmnop_qrstuv",
        "ws://desk.lan:8000/#abcdefghijklmnop_qrstuv",
        "ws://desk.lan:8000#abcdefghijklmnop_qrstuv",
        "[::1]:8000#abcdefghijklmnop_qrstuv",
        "Authorization: Basic dXNlcjpwYTU1d29yZA==",
        "Authorization: Bearer abcdefgh12345678",
        "https://user:pa55word@host/x",
        "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG",
        'export DB_PASSWORD="hunter2hunter2"',
        "ENCRYPTION_KEY=a8f5f167f44f4964e6c998dee827110c",
        "STRIPE_KEY='9f8e7d6c5b4a'",
        "KEY=abcdef0123456789",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEabc\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC",
        "-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBgkqhk\\r\\niG9w0BAQEFAASCAAA",
        "-----BEGIN RSA PRIVATE KEY-----\nDEK-Info: AES-128-CBC,3F2A\n\nMIIEvQIBADANBgkqhk",
        "-----BEGIN RSA PRIVATE KEY-----\\nProc-Type: 4,ENCRYPTED\\n\\nMIIEvQIBADANBgkqhk",
    ],
)
def test_what_is_known_as_a_token_is_hidden(token: str) -> None:
    secret = token.rpartition("=")[2].strip('"') if "=" in token[:-2] else token[-10:]
    told = NOTHING.redact(f"{token}\nand more")
    assert HIDDEN in told
    assert (secret or token[-12:]) not in told
    assert told.endswith("\nand more")


@pytest.mark.parametrize(
    "honest",
    [
        "def test_a_token_is_hidden[sk-learn-compatible-estimators]",
        "API_KEY = os.environ['API_KEY']",
        "SECRET=load_secret(name)",
        "assert password == 'hunter2'",
        "E   KeyError: 'secret_key'",
        "token: 3 of 4 passed",
        "https://example.com/a@b",
        "KEY=short",
        "the test token took too long",
        "task-0123456789abcdef0123",
        "\x1b[31mred\x1b[0m stays as it was",
        "assert '-----BEGIN PRIVATE KEY-----' in pem\nassert parsed(pem)",
        "with bearer authentication it works",
        "https://docs.example.org/#getting-started-guide",
        "PRIMARY_KEY=customer_id\nDEFAULT_SORT_KEY=created_at\nRATE=12345678",
        "-----BEGIN PRIVATE KEY-----\nError: there is none",
        "ws://127.0.0.1:8000/#TOKEN",
        "#sk-container-id-100 { color: red }",
    ],
)
def test_honest_text_stays_byte_for_byte(honest: str) -> None:
    assert OURS.redact(honest) == honest


def test_a_line_of_the_log_loses_what_is_assigned_to_a_secrets_name() -> None:
    assert NOTHING.redact_line('{"api_key": "hunter2hunter2"}') == f'{{"api_key": "{HIDDEN}"}}'


def test_each_value_of_own_headers_is_a_key() -> None:
    headers = (
        "Accept: application/json\nX-Gateway-Key: gateway-key-0123456789\n"
        "Authorization: Bearer abcdefgh-0123456789\n"
        "Cookie: gate=first-0123456789ab==; lang=en; other=second-0123456789ab\n"
        "X-Credential: credential-0123456789\nX-Session: session-0123456789"
    )
    secrets = Secrets.of({"ANTHROPIC_CUSTOM_HEADERS": headers})
    said = "the gateway refuses gateway-key-0123456789 of application/json"
    assert secrets.redact(said) == f"the gateway refuses {HIDDEN} of application/json"
    assert secrets.held(b"x = 'abcdefgh-0123456789'") == Held("ANTHROPIC_CUSTOM_HEADERS (3)", 1)
    assert secrets.name_in("gateway-key-0123456789") == "ANTHROPIC_CUSTOM_HEADERS (2)"
    assert secrets.name_in("second-0123456789ab") == "ANTHROPIC_CUSTOM_HEADERS (4.3)"
    said = "first-0123456789ab== of en, credential-0123456789, session-0123456789"
    assert secrets.redact(said) == f"{HIDDEN} of en, {HIDDEN}, {HIDDEN}"


def test_a_short_value_is_no_key() -> None:
    secrets = Secrets.of({"ANTHROPIC_API_KEY": "test"})
    assert secrets.redact("the test took long") == "the test took long"


def test_values_of_any_depth_keep_their_kind() -> None:
    @dataclass(frozen=True)
    class Case:
        name: str
        lines: tuple[str, ...]
        count: int = 0

    found = OURS.withhold({"a": [Case("x", (KEY, "y"))], KEY: 1})
    assert found == {"a": [Case("x", (HIDDEN, "y"))], HIDDEN: 1}
    same = {"a": [Case("x", ("y",))]}
    assert OURS.redact(same) is same


def test_a_content_that_holds_a_key_says_which_and_where() -> None:
    assert OURS.held(f"a\nb = '{KEY}'\n".encode()) == Held("ANTHROPIC_API_KEY", 2)
    assert OURS.held(b"nothing") is None
    assert Secrets.of({"ANTHROPIC_API_KEY": "test-key"}).held(b"test-key") is None
    assert OURS.name_in({"input": {"command": f"echo {TOKEN}"}}) == "ANTHROPIC_AUTH_TOKEN"
    assert OURS.name_in({"input": {"command": "echo"}}) == ""


def test_what_the_model_reads_of_a_file_is_what_is_there() -> None:
    secrets = Secrets.of({"ANTHROPIC_API_KEY": "test-key"})  # a file may hold it
    assert secrets.withhold("key = 'test-key'") == "key = 'test-key'"
    assert secrets.redact("key = 'test-key'") == f"key = '{HIDDEN}'"


@pytest.mark.parametrize("size", [1, 3, 7, 50, 1000])
def test_a_stream_hides_what_its_pieces_cut(size: int) -> None:
    pem = "-----BEGIN PRIVATE KEY-----\nMIIEabc\nMIIEdef\n-----END PRIVATE KEY-----"
    named = "Bearer abcdefgh12345678 Authorization: Basic dXNlcjpwYTU1d29yZA=="
    text = f"one {KEY} two\n{pem}\n\x1b[1m{KEY[:9]}\x1b[0m{KEY[9:]}\n{named} three"
    stream = Stream(OURS)
    told = "".join(stream.feed(text[at : at + size]) for at in range(0, len(text), size))
    told += stream.rest()
    assert told.replace("\x1b[1m", "").split() == [
        *("one", HIDDEN, "two", HIDDEN, HIDDEN, "Bearer", HIDDEN),
        *("Authorization:", "Basic", HIDDEN, "three"),
    ]


def test_a_stream_holds_nothing_back_for_long() -> None:
    stream = Stream(OURS)
    assert stream.feed("12% ") == "12% "
    assert len(stream.feed("." * 600)) == 600
    assert stream.rest() == ""


def test_a_mark_tells_other_keys_and_nothing_else() -> None:
    assert NOTHING.mark == Secrets.of({"ANTHROPIC_API_KEY": "test-key"}).mark == ""
    assert OURS.mark != Secrets.of({"ANTHROPIC_API_KEY": KEY}).mark
    assert len(OURS.mark) == 8


HEAD = "Canary-Canar"
"""The beginning of the key below, by which a cut one is told."""


@pytest.mark.parametrize(
    "value",
    [
        "correct-horse-battery-staple",
        "sk-ant-api03-0123456789abcdefghijklmn",
        "sk-proj-0123456789abcdef",
    ],
)
def test_a_key_without_its_end_is_hidden_whatever_it_begins_with(value: str) -> None:
    secrets = Secrets.of({"ANTHROPIC_API_KEY": value})
    assert secrets.withhold(f"is {value[:-2]}\n") != f"is {value[:-2]}\n"
    assert secrets.withhold(f"is {value}\n") == f"is {HIDDEN}\n"


def test_what_all_keys_begin_with_hides_nothing() -> None:
    secrets = Secrets.of({"ANTHROPIC_API_KEY": "sk-ant-api03-0123456789abcdefghi"})
    assert secrets.withhold("keys begin with sk-ant-api03-") == "keys begin with sk-ant-api03-"
    assert "56789abcdefghi" not in secrets.withhold("…56789abcdefghi")


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "piece",
    [
        *("sk-", "eyJ-", "://a:b", "KEY=", "secret ", "Canary-", HEAD, "ws://a", "ENCRYPTION_KEY="),
        *("-----BEGIN PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----\na: ", "authorization: "),
        "-----BEGIN PRIVATE KEY-----\\na: b\nabcdefghijklmnop",
    ],
)
def test_a_hostile_text_costs_no_more_than_its_length(piece: str) -> None:
    """What would take the square of it takes minutes."""
    text = piece * (300_000 // len(piece))
    secrets = Secrets.of({"ANTHROPIC_API_KEY": "Canary-Canary0Canary0Canary0Canary-x"})
    secrets.redact_line(text)
    Stream(secrets).feed(text)
    assert Stream(secrets, ours=True).feed(text[-4000:])
