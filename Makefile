# Everything a newcomer needs: `make demo`, `make test`, `make check`.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: demo test check fix clean

demo: $(VENV)/.installed          ## run the main job on an embedded desk; results in demo/
	$(BIN)/sdtools demo --out demo

test: $(VENV)/.installed          ## run the tests, with branch coverage
	$(BIN)/python -m pytest -n auto --dist loadgroup --cov --cov-report=term:skip-covered $(T)

check: $(VENV)/.installed         ## lint, formatting, types, floors
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

fix: $(VENV)/.installed           ## format and mend what ruff can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[dev]"
	touch $@

clean:                            ## remove what the targets above made
	rm -rf $(VENV) demo .mypy_cache .ruff_cache .pytest_cache .hypothesis
