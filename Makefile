# Everything runs from a virtual environment that the first command makes; no other set-up is needed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps

.PHONY: run test lint corpus docs lock clean bench-read bench-mentions bench-records bench-flows train reliability

run: $(VENV)/.runtime ## the main job on the bundled corpus
	$(BIN)/litevidence run

test: $(VENV)/.development ## all tests
	$(BIN)/python -m pytest

lint: $(VENV)/.development ## style, types, the dependency rule, the data
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/litevidence check

corpus: $(VENV)/.development ## typesets the bundled digests again
	$(BIN)/python corpus/typeset.py

docs: $(VENV)/.runtime ## puts the last run's figures into README.md and CHANGELOG.md
	$(BIN)/python docs/figures.py

train: $(VENV)/.development ## the trained component, on the training halves beside the project
	$(BIN)/python training/train.py

reliability: $(VENV)/.development ## how often each rule is right on the bundled corpus, for the confidence of records
	PYTHONPATH=benchmarks $(BIN)/python -m records.reliability

bench-records: $(VENV)/.development ## binding, on the development data and on the bundled corpus
	$(BIN)/python benchmarks/bench_records.py

bench-flows: $(VENV)/.development ## what the flow costs beside the work, and kills at random moments
	$(BIN)/python benchmarks/bench_flows.py

bench-mentions: $(VENV)/.development ## recognition, on the development halves beside the project
	$(BIN)/python benchmarks/bench_mentions.py

bench-read: $(VENV)/.development ## reading, on the typeset and odd files beside the project
	$(BIN)/python benchmarks/bench_read.py

lock: $(VENV)/.development ## writes both lock files anew
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
		--no-emit-find-links --quiet --extra build pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
		--no-emit-find-links --quiet --extra dev pyproject.toml -o requirements-dev.lock

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; assert (3, 11) <= sys.version_info < (3, 13), "litevidence needs Python 3.11 or 3.12"'
	$(PYTHON) -m venv $(VENV)

# The locks are complete, so pip resolves nothing (--no-deps) and checks every hash.
$(VENV)/.runtime: requirements.lock pyproject.toml | $(VENV)/bin/python
	$(INSTALL) --require-hashes -r requirements.lock
	$(INSTALL) --no-build-isolation --editable .
	touch $@

$(VENV)/.development: requirements-dev.lock pyproject.toml | $(VENV)/bin/python
	$(INSTALL) --require-hashes -r requirements-dev.lock
	$(INSTALL) --no-build-isolation --editable .
	touch $@ $(VENV)/.runtime
