# Everything a newcomer needs: `make demo`, `make test`, `make check`.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: demo test coverage slow fidelity chaos bench check fix clean

demo: $(VENV)/.installed          ## run the main job on an embedded desk; results in demo/
	$(BIN)/sdtools demo --out demo

# Four workers on two cores: tests that wait for a desk's pace make room for others. The tests of a
# module stay together: what they share is made once, and long ones begin early. The laws run by
# themselves: Hypothesis draws on the constants of all that is imported, and would try other worlds.
test: $(VENV)/.installed          ## run the tests
	$(BIN)/python -m pytest -n 4 --dist loadscope --no-loadscope-reorder -m "not slow and not laws" $(T)
	$(if $(T),,$(BIN)/python -m pytest -n 2 tests/semantics/test_semantics_laws.py)

coverage: $(VENV)/.installed      ## the same with branch coverage, which takes twice as long
	$(BIN)/python -m pytest -n 4 --dist loadscope --no-loadscope-reorder -m "not slow and not laws" --cov --cov-report=term:skip-covered $(T)

slow: $(VENV)/.installed          ## run the tests that take long: the demo on a real desk's history
	$(BIN)/python -m pytest -n 2 -m slow $(T)

fidelity: $(VENV)/.installed      ## replay what a real GLPI was recorded to answer; matched / total
	$(BIN)/python tests/shared/fidelity.py

# Takes long; SEED=2 deals other faults. `make test` runs a short one.
chaos: $(VENV)/.installed         ## faults, kills, lost journals and leases on both desks
	$(BIN)/python -m pytest -n 2 tests/semantics --hypothesis-profile=chaos --hypothesis-seed=$(or $(SEED),1)
	$(BIN)/python tests/chaos/storm.py --faults 10000 --kills all --losses all --stops all --seed $(or $(SEED),1)

bench: $(VENV)/.installed         ## measure speed and memory beside the scripts in benchmarks/rivals
	$(BIN)/python -m benchmarks.bench $(if $(ONLY),--only $(ONLY))

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
