# Everything a developer or a user does with this tree. `make help` lists the targets.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

SWIFT ?= swift
PYTHON ?= python3
PREFIX ?= /usr/local
# What make chaos does: so many rounds, from that one on; SEED is drawn where it is not given.
ROUNDS ?= 100
FIRST ?= 0
# One compiler job per core unless told otherwise: make JOBS=2 build
JOBS ?= $(shell nproc)

STAMPS := .build/stamps
SOURCES := Package.swift $(shell find Sources -type f)
BINARIES := bin/dstack bin/dstack-shim bin/dstack-runner
# What the runner brings along for images that lack it.
TOOLS := git ssh nss-wrapper dropbear sftp-server

.PHONY: help deps build quickstart test test-swift test-official test-endtoend chaos lint format picture bench install clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

deps: ## Install the Debian packages that a build needs and that are missing (apt, with sudo where not root)
	@scripts/install-deps build

build: $(BINARIES) bin/tools/launcher ## Build dstack, dstack-shim and dstack-runner into bin/ (release, stripped)

# The control plane carries its Swift runtime, so bin/dstack runs where no toolchain is. The agents are fully static
# (Package.swift says so to the linker): they run in containers that hold nothing else.
$(STAMPS)/programs: $(SOURCES)
	@scripts/install-deps build
	$(SWIFT) build -c release -j $(JOBS) --product dstack --static-swift-stdlib
	$(SWIFT) build -c release -j $(JOBS) --product dstack-shim --static-swift-stdlib
	$(SWIFT) build -c release -j $(JOBS) --product dstack-runner --static-swift-stdlib
	@mkdir -p $(@D) && touch $@

# A new file takes the place of the old one by rename: a running program keeps its own.
$(BINARIES): bin/%: $(STAMPS)/programs
	@mkdir -p bin && strip -o $@.new .build/release/$* && mv -f $@.new $@

bin/tools/launcher: scripts/bundle-tools scripts/tools/launcher.c
	@scripts/install-deps build
	@scripts/bundle-tools bin/tools $(TOOLS)

quickstart: build ## Run a real task on this machine: throwaway server, apply, live transitions, logs, result
	@scripts/quickstart

test: build ## Install what the tests need and run all of them, lint included
	@scripts/test all

test-swift: ## Run the unit, model and simulation tests (swift test)
	@scripts/test swift

test-official: build ## Drive bin/dstack's server with the official client, dstack 0.22.5 from PyPI
	@scripts/test official

test-endtoend: build ## Run real jobs with bin/dstack, kill its parts, try its bad inputs
	@scripts/test endtoend

chaos: build ## Kill server, shim, runner, Docker daemon and actors at random under a load: make chaos ROUNDS=100 SEED=1
	@scripts/test venv
	@.venv/bin/python scripts/chaos --rounds $(ROUNDS) --first $(FIRST) $(if $(SEED),--seed $(SEED))

lint: ## Check formatting, imports per room, determinism of the engine, banned words
	@scripts/test lint

format: ## Rewrite the sources as .swift-format says
	$(SWIFT) format format --in-place --parallel --recursive Package.swift Sources Tests

picture: build ## Record the quickstart's terminal and draw docs/images/apply.svg
	@mkdir -p .build docs/images && scripts/quickstart --record .build/apply.typescript
	@scripts/terminal-svg .build/apply.typescript docs/images/apply.svg --columns 92 --title "dstack apply"

bench: build ## Measure beside the official system, print the table and write docs/performance.md
	@scripts/install-deps bench
	@Benchmarks/run

install: build ## Copy the programs to PREFIX/bin (default /usr/local)
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 0755 $(BINARIES) $(DESTDIR)$(PREFIX)/bin
	rm -rf $(DESTDIR)$(PREFIX)/bin/tools && cp -a bin/tools $(DESTDIR)$(PREFIX)/bin/tools

clean: ## Delete what the build and the tests made
	rm -rf .build bin .venv .venv-official
