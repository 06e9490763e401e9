"""Whether what is new in a file of tests may change what others see."""

from __future__ import annotations

import ast
from unittest import mock

import pytest

from codeframe_tui.core.evidence import outward
from codeframe_tui.core.evidence.outward import reaches_out

PLAIN = '''
"""Tests."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from unittest import mock

import pytest

import shop.prices
from shop.cart import Cart

HERE = Path(__file__).parent / "data"
WORD = re.compile("a")
PRICES: list[Decimal] = [Decimal("1.20"), *map_of]
FIRST, SECOND = (1, 2)
pytestmark = pytest.mark.slow

try:
    import yaml
except ImportError:
    yaml = None


@pytest.fixture(params=[1, 2])
def cart(request):
    made = Cart("ada")
    made.owner = request.param
    return made


@pytest.mark.parametrize("price", [pytest.param(Decimal("1"), id="one")])
@mock.patch("shop.cart.with_tax")
def test_it(taxed, price, cart, monkeypatch):
    monkeypatch.setattr(shop.prices, "RATE", 2)
    cart.lines["tea"] = 3
    assert cart.total() == price


class TestCart:
    rate = 0.5

    def setup_method(self):
        self.cart = Cart("ada")
'''


def test_what_tests_usually_do_stays_among_them() -> None:
    assert not reaches_out(None, PLAIN)


@pytest.mark.parametrize(
    "line",
    [
        "shop.prices.with_tax = right",
        "shop.prices.__dict__['with_tax'] = right",
        "vars(shop.prices).update(with_tax=right)",
        "exec('pass')",
        "x = [setattr(m, 'f', right) for m in (shop,)]",
        "for m in (shop,):\n    m.f = right",
        "with mock.patch('shop.f'):\n    pass",
        "def go():\n    return 1\n\nHERE = go()",
        "def split():\n    return 1\n\nHERE = split()",
        "class A:\n    def __init_subclass__(cls):\n        pass",
        "class A(metaclass=M):\n    pass",
        "class A:\n    shop.f = right",
        "def f(x=go()):\n    pass",
        "def f(x):\n    shop.prices.with_tax = x",
        "def f():\n    m = shop.prices\n    m.with_tax = 1",
        "def f():\n    m = getattr(shop, 'prices')\n    m.with_tax = 1",
        "def f():\n    for m in (shop,):\n        m.with_tax = 1",
        "def f():\n    shop.prices.__dict__.update(a=1)",
        "def f():\n    shop.prices.TABLE['a'] = 1",
        "def f():\n    mock.patch('shop.f', 1).start()",
        "def f():\n    pytest.MonkeyPatch().setattr('shop.f', 1)",
        "from shop import TABLE\n\ndef f():\n    TABLE['a'] = 1",
        "from shop import TABLE\n\ndef f():\n    del TABLE['a']['b']",
        "from shop import TABLE\n\ndef f():\n    TABLE.append(1)",
        "def f():\n    s = setattr\n    s(shop, 'f', 1)",
        "def f():\n    shop.prices.TABLE.update(x=1)",
        "import os\n\ndef f():\n    os.environ.update(A='1')",
        "import os\n\ndef f():\n    os.chdir('..')",
        "def f():\n    Path('shop.py').write_text('')",
        "def f():\n    mock.patch('shop.f').__enter__()",
        "from importlib import reload as again\n\ndef f():\n    again(shop)",
        "def f():\n    def g():\n        shop.f = 1\n    return g",
        "import app\n\ndef f():\n    m = [app]\n    m[0].x = 1",
        "def f():\n    p = Path('app.py')\n    p.write_text('')",
        "def f(text):\n    p = Path('.') / 'app.py'\n    p.write_text(text)",
        "def f():\n    (Path('.') / 'app.py').write_text('')",
        "import os\n\ndef f(path):\n    os.rename(path, 'app.py')",
        "import os\n\ndef f():\n    os.unlink('app.py')",
        "import os\n\ndef f():\n    p = Path('app.py')\n    os.remove(p)",
        "def f(text):\n    with open('app.py', 'w') as file:\n        file.write(text)",
        "def f():\n    open('app.py', mode='r+').write('')",
        "import builtins\n\ndef f():\n    s = builtins.setattr\n    s(shop, 'f', 1)",
        "from app import *\n\ndef f():\n    TABLE['x'] = 1",
        "import app\n\ndef f(app=app):\n    app.x = 1",
        "import app\n\ndef f(*, a=1, b=app.g):\n    b.x = a",
        "A = '" + "a" * 2**19 + "'",
        "def f(:",
    ],
)
def test_what_others_may_notice_is_seen_where_it_is_new(line: str) -> None:
    assert reaches_out(PLAIN, f"{PLAIN}\n\n{line}\n")
    cannot_be_read = line == "def f(:" or len(line) > 2**19
    assert cannot_be_read or not reaches_out(f"{PLAIN}\n\n{line}\n", PLAIN)


@pytest.mark.parametrize(
    "line",
    [
        "def f(cart):\n    cart.lines.append(1)\n    cart.prices['tea'] = 1",
        "def f():\n    lines = []\n    lines.append(1)\n    lines[0] = 2",
        "def f():\n    cart = Cart('ada')\n\n    def g():\n        cart.owner = 'bob'\n\n    g()",
        "def f(tmp_path):\n    Path(tmp_path, 'a').write_text('')\n    (tmp_path / 'b').unlink()",
        "def f(monkeypatch):\n    monkeypatch.chdir('a')",
        "def f():\n    start = 1\n    return start",
        "def f():\n    carts = [Cart('ada')]\n    carts[0].owner = 'bob'",
        "def f(tmp_path):\n    p = tmp_path / 'a'\n    p.write_text('')\n    (p / 'b').unlink()",
        "import os\n\ndef f(tmp_path):\n    os.remove(tmp_path / 'a')",
        "def f(tmp_path):\n    open(tmp_path / 'a', 'w').close()\n    open('a.json').read()",
        "def f():\n    return open()",
        "from app import *\n\ndef f():\n    lines: list[int] = []\n    lines.append(1)",
        "import os\n\ndef f(tmp_path):\n    os.truncate(tmp_path / 'a', 3)",
        "def f(cart=None, *, price=1):\n    cart.owner = price",
    ],
)
def test_what_a_test_does_with_its_own_is_no_one_elses(line: str) -> None:
    assert not reaches_out(PLAIN, f"{PLAIN}\n\n{line}\n")


def test_names_of_a_function_are_not_copied_for_each_function_in_it() -> None:
    count = 500
    names = "".join(f"    x{n} = f()\n" for n in range(count))
    text = f"def f():\n{names}    return [{', '.join(['lambda: y'] * count)}]\n"
    with mock.patch.object(outward, "_touches", return_value=False) as looked_at:
        reaches_out(None, text)
    held = {id(names): len(names) for call in looked_at.call_args_list for names in call[0][1].maps}
    assert count < sum(held.values()) < 2 * count


def test_functions_in_functions_are_read_once() -> None:
    depth = 40
    head = "".join(f"{' ' * k}def f{k}():\n" for k in range(depth))
    text = head + f"{' ' * depth}x = 1\n" * 10
    with mock.patch.object(outward, "_touches", return_value=False) as looked_at:
        reaches_out(None, text)
    assert 0 < looked_at.call_count <= sum(1 for _ in ast.walk(ast.parse(text)))
