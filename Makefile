# The targets of the project; everything runs in the environment that `make env` creates in .venv/.
#
#   make demo    run the demonstration         make test    all checks: lint, types, lit, pytest (which needs Chromium)
#   make smollm2 | efficientnet    further models: a language model, an image classifier
#   make env     create the environment        make lint | types | lit | pytest    one of them
#
# PYTHON chooses the interpreter, JOBS the number of tests that run at once.

PYTHON ?= python3.11
JOBS ?= 2

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
LINKS := $(VENV)/packages/pock_mlir

.PHONY: help env demo smollm2 efficientnet test lint types lit pytest format docs clean check-python

help:
	@sed -n '/^#/!q; s/^# \{0,1\}//p' Makefile

env: $(STAMP)

$(STAMP): pyproject.toml setup.py
	@$(MAKE) --no-print-directory check-python
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[compiler,demo,test]'
	@# dialects/ and passes/ as a type checker expects to find them.
	mkdir -p $(LINKS)
	ln -sfn ../../../pock_mlir/__init__.py $(LINKS)/__init__.py
	ln -sfn ../../../dialects $(LINKS)/dialects
	ln -sfn ../../../passes $(LINKS)/passes
	touch $@

check-python:
	@command -v $(PYTHON) >/dev/null || { \
	  echo "error: $(PYTHON) not found: install Python 3.11 or newer, or name it as in 'make PYTHON=python3.12'" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "error: $(PYTHON) is older than Python 3.11: name a newer one as in 'make PYTHON=python3.12'" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "error: $(PYTHON) has no venv module: install it (on Debian and Ubuntu: apt install $(notdir $(PYTHON))-venv)" >&2; exit 1; }

demo: env
	$(BIN)/python benchmarks/demo minilm_r8

smollm2: env
	$(BIN)/python benchmarks/demo smollm2

efficientnet: env
	$(BIN)/python benchmarks/demo efficientnet_mnist

test: lint types lit pytest

lint: env
	$(BIN)/ruff check .

types: env
	$(BIN)/pyright

lit: env
	$(BIN)/lit -sv -j $(JOBS) test

pytest: env
	$(BIN)/pytest -n $(JOBS) --dist loadfile

format: env
	$(BIN)/ruff format .

docs: env
	$(BIN)/python tools/gen_docs.py

clean:
	rm -rf build dist *.egg-info .pytest_cache .ruff_cache
