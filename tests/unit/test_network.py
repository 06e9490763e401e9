"""Which places the setting allows, which addresses count as public, and what is told of both."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from codeframe_tui.core.network import (
    Allowed,
    Contact,
    Target,
    objection,
    parse_target,
    told,
)
from codeframe_tui.settings import Network


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ("pypi.org", "without a port"),
        ("pypi.org:", "between 1 and 65535"),
        ("pypi.org:0", "between 1 and 65535"),
        ("pypi.org:65536", "between 1 and 65535"),
        ("pypi.org:https", "between 1 and 65535"),
        ("https://pypi.org:443", "a URL"),
        ("pypi.org:443/simple", "a URL"),
        ("127.0.0.1:80", "an address"),
        ("127.1:80", "an address"),
        ("0x7f.1:80", "an address"),
        ("0x7f000001:80", "an address"),
        ("2130706433:80", "an address"),
        ("example.0x7f:80", "an address"),
        ("[::1]:80", "an address"),
        ("::1:80", "an address"),
        ("localhost:80", "no host of the public network"),
        ("*:443", "not the name"),
        ("*.*:443", "not the name"),
        ("*.org:443", "all of a top-level domain"),
        ("py*.org:443", "not the name"),
        ("a.*.org:443", "not the name"),
        ("user@pypi.org:443", "not the name"),
        ("pypi..org:443", "not the name"),
        ("-pypi.org:443", "not the name"),
        ("pypi.org\r\n:443", "not the name"),
        ("bücher.example:443", "xn--"),
        ("pypi.org:４４３", "between 1 and 65535"),
        (f"{'a' * 64}.org:443", "not the name"),
        (f"{'a.' * 127}org:443", "not the name"),
        ("", "without a port"),
    ],
)
def test_an_entry_that_means_too_much_or_nothing_is_refused(entry: str, why: str) -> None:
    with pytest.raises(ValidationError, match="write host:port, such as") as caught:
        Network(allowed=["pypi.org:443", entry])
    assert why in str(caught.value)


def test_an_entry_allows_its_port_and_a_star_what_is_below() -> None:
    allowed = Network(allowed=["PyPI.org:443", "*.example.org:8080"]).of_a_command()
    assert str(allowed) == "pypi.org:443, *.example.org:8080"
    for text in ("pypi.org:443", "PYPI.ORG:443", "pypi.org.:443", "a.b.example.org:8080"):
        assert allowed.holds(parse_target(text)), text
    for text in (
        *("pypi.org:80", "files.pypi.org:443", "pypi.org.evil.org:443", "evilpypi.org:443"),
        *("example.org:8080", "evilexample.org:8080", "a.example.org:443"),
    ):
        assert not allowed.holds(parse_target(text)), text
    assert not Network().of_a_command()


@given(st.text(max_size=40))
def test_whatever_is_asked_for_has_a_name_or_is_refused(text: str) -> None:
    try:
        target = parse_target(text, 80)
    except ValueError:
        return
    assert parse_target(str(target)) == target
    assert not set(str(target)) & set(" \r\n/@[]?#\\%")


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.255.0.9", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.0.1"),
        *("169.254.169.254", "100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192"),
        *("198.18.0.1", "192.0.2.1", "203.0.113.9", "224.0.0.1", "239.1.1.1", "240.0.0.1"),
        *("255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1"),
        *("fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1"),
        *("64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2001::1", "2001:db8::1"),
        *("64:ff9b::a9fe:a9fe", "5f00::1", "100::1", "localhost", "0x7f.1", "127.1", ""),
    ],
)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    assert objection(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "151.101.0.223", "2a04:4e42::223", "2606:4700::1", "64:ff9b::808:808"]
)
def test_a_public_address_is_not(address: str) -> None:
    assert objection(address) == ""


def test_what_came_of_places_is_one_bounded_line() -> None:
    assert told(()) == ""
    some = (
        Contact("pypi.org:443", 2, 900, 40_499),
        Contact("big.org:443", 1, 1_000, 2_500_000),
        Contact("evil.org:443", 3, refused="no"),
    )
    assert told(some) == (
        "network: pypi.org:443 (sent 900 B, got 40 kB); "
        "big.org:443 (sent 1 kB, got 2.5 MB); evil.org:443 refused: no"
    )
    many = [Contact(f"{n}.org:443", 1) for n in range(30)]
    assert told(many).endswith("7.org:443 (sent 0 B, got 0 B); 22 more")


def test_a_list_of_nothing_is_false() -> None:
    assert not Allowed()
    assert Allowed.of(["a.org:1"]) == Allowed((Target("a.org", 1),))
