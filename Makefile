# make demo   the whole job without a key      make test   the tests
# make check  everything CI checks             make setup  only the environment
# make torture [GOALS="G3 G8"]  what docs/reliability.md promises, at full size, and its table
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
	$(BIN)/python -m tests.torture $(GOALS)

install-matrix: $(READY)
	CODEFRAME_TUI_INSTALLS=1 $(BIN)/python -m pytest -q -rs tests/e2e/test_installs.py

docs: $(READY)
	$(BIN)/python -m tests.architecture.keys
	$(BIN)/python -m tests.architecture.flags
	$(BIN)/python -m tests.architecture.reliability
	$(BIN)/python -m tests.architecture.pictures

clean:
	rm -rf $(VENV) dist build
