# Everything starts from Python >= 3.11 and make; the environment is made on first use.
PYTHON ?= python3
JOBS ?= 2
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# without compiled modules on disk every process that the tests start would compile sympy and torch anew
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup verify paper edition browser test lint hooks docs clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { name[++n] = $$1; says[n] = $$2; if (length($$1) > wide) wide = length($$1) } \
		END { for (i = 1; i <= n; i++) printf "  make %-" wide "s  %s\n", name[i], says[i] }' $(MAKEFILE_LIST)

setup: $(READY) ## make .venv with everything that the other targets need

verify: $(READY) ## run the quick suite on real input and write report/
	$(BIN)/scoreproof verify --suite quick --jobs $(JOBS) --report report

paper: $(READY) ## run every claim of the paper (long)
	$(BIN)/scoreproof verify --suite paper --jobs $(JOBS)

edition: $(READY) ## write docs/paper.md again from the stored run
	$(BIN)/python -m benchmarks.edition

browser: ## find the browser of the report's tests, or install it (Debian, as root)
	@tests/browser/install_browser.sh

test: $(READY) ## run the tests on JOBS processes (2)
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal

lint: $(READY) ## check style, formatting and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

hooks: $(READY) ## check style, types and layers before each commit from now on
	$(BIN)/pre-commit install

docs: $(READY) ## build the documentation into site/; a warning is an error
	$(BIN)/mkdocs build --strict

clean: ## remove the environment and everything that was made
	rm -rf $(VENV) site report build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# k-diffusion comes without its dependencies: only its samplers are used, as a reference in tests, and what its
# training code depends on takes gigabytes.
$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "scoreproof needs Python >= 3.11, but '$(PYTHON)' is missing or older;" \
			"name another one: make PYTHON=python3.12" >&2; exit 1; }
	@echo "installing into $(VENV), which takes some minutes"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --no-compile -c constraints.txt -e '.[test,lint,docs]'
	$(BIN)/python -m pip install --quiet --no-compile -c constraints.txt --no-deps k-diffusion
	@touch $@
