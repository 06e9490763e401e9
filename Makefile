# make demo   the whole job without a key      make test   the tests
# make check  everything CI checks             make setup  only the environment
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: setup demo test check format docs torture install-matrix clean

setup: $(READY)

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $(READY)

demo: $(READY)
	$(BIN)/codeframe-tui demo

test: $(READY)
	$(BIN)/python -m pytest -n auto --dist loadgroup

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .
	$(MAKE) test

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

torture: $(READY)
	CODEFRAME_TUI_KILLS=200 CODEFRAME_TUI_STORE_KILLS=1000 CODEFRAME_TUI_SCHEDULES=1000 \
		CODEFRAME_TUI_SWAPS=100000 CODEFRAME_TUI_ESCAPEES=50 CODEFRAME_TUI_BOMBS=20 \
		CODEFRAME_TUI_CUTS=30 $(BIN)/python -m pytest -q -o timeout=0 tests/e2e/test_points.py \
		tests/e2e/test_kills.py tests/faults tests/security/test_swapper.py \
		tests/security/test_escapees.py tests/security/test_bombs.py

install-matrix: $(READY)
	CODEFRAME_TUI_INSTALLS=1 $(BIN)/python -m pytest -q -rs tests/e2e/test_installs.py

docs: $(READY)
	$(BIN)/python -m tests.architecture.keys
	$(BIN)/python -m tests.architecture.flags
	$(BIN)/python -m tests.architecture.reliability
	$(BIN)/python -m tests.architecture.pictures

clean:
	rm -rf $(VENV) dist build
