# make help lists the targets. Everything but race, lint and e2e needs nothing
# besides Go and make; verify needs git too.

GO      ?= go
SHELL   := /bin/sh
ARGS    ?=
# What is costly to build is kept outside the checkout, by version.
CACHE   ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/krtkit
# Folders with a go.mod: the library first, then the modules that must not weigh on it.
MODULES  = . $(sort $(patsubst ./%/go.mod,%,$(shell find . -mindepth 2 -name go.mod -not -path './.cache/*')))

BENCH      ?= .
FUZZTIME   ?= 10s
SOAK       ?= 30m
ITERATIONS ?= 100000

LINT_PKG     = github.com/golangci/golangci-lint/v2
LINT_VERSION = $(shell cd internal/tools && $(GO) list -m -f '{{.Version}}' $(LINT_PKG))
LINT         = $(CACHE)/golangci-lint-$(LINT_VERSION)-$(shell $(GO) env GOVERSION)

.DEFAULT_GOAL := help
.PHONY: help build vet test race lint arch bench bench-peers fuzz soak oracle peers e2e demo generate verify ci

help: ## List the targets
	@sed -nE 's/^([a-z0-9-]+):.*## (.*)/\1|\2/p' Makefile | awk -F'|' '{printf "  %-12s %s\n", $$1, $$2}'

build: ## Compile every package
	$(GO) build ./...

vet: ## Run go vet
	$(GO) vet ./...

test: ## Run the tests; under a minute, no cgo, no cluster
	$(GO) test ./...

race: ## Run the tests under the race detector (needs cgo and a C compiler)
	$(GO) test -race $$($(GO) list ./... | grep -v /internal/archtest)

lint: ## Run golangci-lint, built once from internal/tools into the user's cache
	@test -x '$(LINT)' || { echo 'building golangci-lint $(LINT_VERSION), once'; mkdir -p '$(CACHE)' && \
		cd internal/tools && $(GO) build -o '$(LINT).tmp' $(LINT_PKG)/cmd/golangci-lint && mv '$(LINT).tmp' '$(LINT)'; }
	@for dir in . test benchmarks; do echo "golangci-lint in $$dir"; (cd "$$dir" && '$(LINT)' run --allow-serial-runners ./...) || exit 1; done

arch: ## Check layers, dependency budgets, documents and licence headers
	$(GO) test -v ./internal/archtest

bench: ## Run the benchmarks that match BENCH (default: all)
	$(GO) test -run '^$$' -bench '$(BENCH)' -benchmem ./...

bench-peers: ## Measure packages beside their peers; fails when krt misses a target (about twenty minutes; ARGS: -only B1,K1, -quick)
	$(GO) test -run '^$$' -bench Peers -benchmem ./...
	cd benchmarks && $(GO) run . $(ARGS)

fuzz: ## Run every fuzz target for FUZZTIME (default: 10s)
	@grep -rl --include='*_test.go' '^func Fuzz' . | while read -r file; do \
		sed -nE 's/^func (Fuzz[A-Za-z0-9_]*)\(.*/\1/p' "$$file" | while read -r target; do \
			echo "$$(dirname "$$file") $$target"; \
			(cd "$$(dirname "$$file")" && $(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime '$(FUZZTIME)' .) || exit 1; \
		done || exit 1; \
	done

soak: ## Compare random krt graphs with a model for SOAK (default: 30m), and kube clients with the server for ITERATIONS of each test (default: 100000), under the race detector
	$(GO) test -race ./krt -run TestOracle -timeout 0 -krt.soak='$(SOAK)'
	$(GO) test -race ./kube/kclient -run TestOracle -timeout 0 -kclient.iterations='$(ITERATIONS)'

oracle: ## soak for a minute
	@$(MAKE) --no-print-directory soak SOAK=30s ITERATIONS=1500

peers: ## See that every scenario of benchmarks/ works with everybody, and every benchmark beside a peer
	$(GO) test -run '^$$' -bench Peers -benchtime 1x ./...
	cd benchmarks && $(GO) vet ./... && $(GO) test ./...

e2e: ## Run the tests in test/ on a real kube-apiserver, which the first run builds (about ten minutes)
	cd test && $(GO) run ./apiserver/start -build && $(GO) test -count 1 -timeout 20m ./...

demo: ## Show services and what they select, from manifests, without a cluster (ARGS: -f, -once, -o json)
	@$(GO) run ./examples/serviceview $(ARGS)

generate: ## Write what is generated from code, such as the picture of the layers
	$(GO) generate ./...

verify: ## Check that generated files and every go.mod are up to date
	@before=$$(git status --porcelain && git diff) && $(MAKE) --no-print-directory generate && \
		after=$$(git status --porcelain && git diff) && \
		if [ "$$before" != "$$after" ]; then git status --short; echo 'make generate changes files: commit what it writes'; exit 1; fi
	@for dir in $(MODULES); do echo "go mod tidy -diff in $$dir"; (cd "$$dir" && $(GO) mod tidy -diff) || exit 1; done

# One after the other, whatever -j says; e2e comes last.
ci: ## Run what CI runs: build vet arch lint test race oracle peers verify e2e
	@for target in build vet arch lint test race oracle peers verify e2e; do \
		echo "== $$target"; $(MAKE) --no-print-directory $$target || exit 1; \
	done
