# Everything a contributor runs. Targets install what they need; built tools are cached outside the tree, by version.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

TOOLS := test/cluster/tools/build.sh
MODULES := node_modules/.package-lock.json
VITEST := vitest run
ARGS ?=

.PHONY: help demo test check unit integration crash e2e generate build image bench soak

help: ## this list
	@grep -hE '^[a-z0-9]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9]+):.*## (.*)/  make \1\t\2/' | column -t -s "$$(printf '\t')"

demo: ## the whole story in a cluster of its own; ARGS=--once ends it when it is told
	@test/install.sh
	@$(TOOLS) etcd kubernetes helm >/dev/null 2>&1 & builds=$$!; \
	trap 'kill $$builds 2>/dev/null || true' EXIT; \
	test/install.sh npm moto host; \
	$(MAKE) --no-print-directory build; \
	node test/demo/main.ts $(ARGS)

test: ## everything that CI runs
	@test/run.sh

check: $(MODULES) ## format, lint, types, generated files, import directions, unused code and dependencies
	@node test/check.ts

unit: $(MODULES) ## pure code and import directions, in seconds
	@$(VITEST) --project unit $(ARGS)

integration: build ## the operator against etcd, kube-apiserver and moto; the chart against helm
	@test/install.sh moto
	@$(TOOLS) etcd kubernetes helm argo-rollouts
	@$(VITEST) --project integration --project chart $(ARGS)

crash: build ## every call of the operator killed, lost, repeated, refused; stale and split views
	@test/install.sh moto
	@$(TOOLS) etcd kubernetes helm
	@$(VITEST) --project crash --reporter=dot --reporter=./test/crash/reporter.ts $(ARGS)

e2e: build ## the chart with real pods in a cluster of its own
	@test/install.sh moto host
	@$(TOOLS) etcd kubernetes helm kwok argo-rollouts
	@$(VITEST) --project e2e $(ARGS)

generate: $(MODULES) ## write the generated files from src/crds
	@node generate.ts

build: $(MODULES) ## bundle the operator into dist/
	@node build.ts

IMAGE ?= secrets-operator:dev
image: build ## container image IMAGE, with docker or buildah
	@if docker info >/dev/null 2>&1; then docker build --tag $(IMAGE) $(ARGS) .; else buildah bud --tag $(IMAGE) $(ARGS) .; fi

bench: build ## figures of the operator beside their bound; ARGS=N objects; ARGS=aws: what it costs to read AWS
	@$(TOOLS) etcd kubernetes
	@node $(if $(filter aws,$(firstword $(ARGS))),bench/aws/run.ts $(wordlist 2,99,$(ARGS)),bench/run.ts $(ARGS))

soak: build ## a million watch events and ten thousand broken watches, and nothing leaks; ARGS=--events=N
	@$(TOOLS) etcd kubernetes argo-rollouts
	@node test/soak/main.ts $(ARGS)

$(MODULES): package.json package-lock.json
	@test/install.sh npm
	@touch $@
