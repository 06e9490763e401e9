# make demo   the whole job without a key      make test   the tests
# make check  everything CI checks             make setup  only the environment
# make torture [GOALS="G3 G8"]  what docs/reliability.md promises, at full size, and its table
# make mutate [GUARDS=words]  takes each guard of safety away: which test turns red
# make soak [MINUTES=5]  four workers under faults: what is lost, left or grows
PYTHON ?= python3
MINUTES ?= 5
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: setup demo test check format docs torture mutate soak install-matrix clean

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

mutate: $(READY)
	$(BIN)/python -m tests.security.guards --write $(GUARDS)

soak: $(READY)
	$(BIN)/python -m tests.e2e.soak --keep --minutes $(MINUTES)

install-matrix: $(READY)
	CODEFRAME_TUI_INSTALLS=1 $(BIN)/python -m pytest -q -rs tests/e2e/test_installs.py

docs: $(READY)
	$(BIN)/python -m tests.architecture.keys
	$(BIN)/python -m tests.architecture.flags
	$(BIN)/python -m tests.architecture.reliability
	$(BIN)/python -m tests.architecture.attacks
	$(BIN)/python -m tests.architecture.pictures

clean:
	rm -rf $(VENV) dist build
