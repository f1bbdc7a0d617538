# The commands that people and CI run. `make help` lists them.

GO        ?= go
TOOLS     := $(CURDIR)/.tools
LINT      := $(TOOLS)/golangci-lint
GOFUMPT   := $(TOOLS)/gofumpt
LINT_VERSION    := v2.15.0
GOFUMPT_VERSION := v0.12.0
FUZZTIME  ?= 30s
SEEDS     ?= 2000
FROM      ?= 1
KILLS     ?= 200
ALERTS    ?= 20000

.DEFAULT_GOAL := help
.PHONY: help build test lint generate crash simulate bench bench-archive fuzz clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## build all binaries into ./bin
	$(GO) build -o bin/ ./cmd/...

test: ## every test, with the race detector; under 4 minutes on two idle cores after the first build
	GORACE=atexit_sleep_ms=10 $(GO) test -race -timeout 10m ./...

lint: $(LINT) $(GOFUMPT) ## format, vet, linters, and the import floors
	@unformatted=$$($(GOFUMPT) -l .); if [ -n "$$unformatted" ]; then echo "not formatted (gofumpt):"; echo "$$unformatted"; exit 1; fi
	$(GO) vet ./...
	$(LINT) run ./...
	$(GO) test ./test/floors

generate: ## regenerate the JSON Schemas from the Go types
	$(GO) generate ./...

crash: ## kill -9 a random process KILLS times (200) during ALERTS alerts (20,000); about 5 minutes
	$(GO) test ./test/crash -run TestCrash -kills $(KILLS) -alerts $(ALERTS) -timeout 60m -count 1 -v

simulate: ## run SEEDS seeds (2,000) of the whole system on virtual time, from seed FROM (1)
	$(GO) test ./test/simulation -run TestSimulation -seeds $(SEEDS) -from $(FROM) -timeout 60m -count 1 -v

bench: ## measure against raw JetStream and write bench/RESULTS.md (a few minutes)
	$(GO) run ./bench -out bench/RESULTS.md

bench-archive: ## search a million incidents, rebuild a million facts, and write bench/ARCHIVE.md (a few minutes)
	$(GO) run ./bench -archive -out bench/ARCHIVE.md

fuzz: ## every fuzz target for FUZZTIME (30s) each
	@for pkg in $$($(GO) list ./...); do \
	  for target in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
	    $(GO) test $$pkg -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x || exit 1; done; done

clean: ## remove the binaries and tools that other targets made
	rm -rf bin $(TOOLS)

$(LINT):
	GOBIN=$(TOOLS) $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION)

$(GOFUMPT):
	GOBIN=$(TOOLS) $(GO) install mvdan.cc/gofumpt@$(GOFUMPT_VERSION)
