#!/usr/bin/env bash
# `make test`: installs, builds and runs everything. Go builds take longest: they start first, in the background.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export PATH=$PWD/node_modules/.bin:$PATH
logs=$(mktemp -d "${TMPDIR:-/tmp}/secrets-operator-test.XXXXXX")
export SECRETS_OPERATOR_TEST_LOGS=$logs
test/install.sh # only looks whether this machine has what everything needs

# What only one suite waits for is built last.
test/cluster/tools/build.sh etcd kubernetes helm kwok argo-rollouts >"$logs/tools.log" 2>&1 &
tools=$!
(test/install.sh moto && test/install.sh host) >"$logs/install.log" 2>&1 &
install=$!
trap 'kill "$tools" "$install" 2>/dev/null || true; rm -rf "$logs"' EXIT

test/install.sh npm
node test/run.ts "$tools" "$install"
