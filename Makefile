# Two commands on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready

.PHONY: demo test lint rules suite bench train clean

demo: $(STAMP)
	$(BIN)/qa-nlp score data/samples/calls -o out

test: lint rules suite

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check qa_nlp tests cli.py
	$(BIN)/mypy
	$(BIN)/lint-imports

rules: $(STAMP)
	$(BIN)/qa-nlp rules check
	$(BIN)/qa-nlp rules test

suite: $(STAMP)
	$(BIN)/pytest -n 2 --dist loadgroup

bench: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench]'
	$(BIN)/python -m bench.speed

train: $(STAMP)
	$(BIN)/qa-nlp train data/samples/labelled -o models/power
	$(BIN)/qa-nlp train-roles data/samples/labelled -o models/roles

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $(STAMP)

clean:
	rm -rf $(VENV) out build dist
