#!/usr/bin/env bash
# Builds the Go tool sets of this folder from the Go module proxy into a cache outside the tree.
#
#   build.sh SET...         builds what is missing; one set is one folder with a go.mod (kubernetes, etcd, helm, kwok, kind,
#                           argo-rollouts)
#   build.sh --path SET     prints the folder that holds (or will hold) the set's binaries
#   build.sh --version SET  prints the set's version
#
# Plain bash, because it has to start before Node is installed. A set is complete once its folder has its final name:
# it is built under a temporary name first, so that an interrupted build is never mistaken for a finished one.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${SECRETS_OPERATOR_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/secrets-operator}/tools

module() {
  case $1 in
    kubernetes) echo k8s.io/kubernetes ;;
    etcd) echo go.etcd.io/etcd/server/v3 ;;
    helm) echo helm.sh/helm/v3 ;;
    kwok) echo sigs.k8s.io/kwok ;;
    kind) echo sigs.k8s.io/kind ;;
    argo-rollouts) echo github.com/argoproj/argo-rollouts ;;
    *) echo "tools: no tool set is named $1" >&2; return 1 ;;
  esac
}
version() { local m; m=$(module "$1"); awk -v m="$m" '$1 == m && $2 ~ /^v/ { print $2; exit }' "$here/$1/go.mod"; }
# Like Go names them, without asking it: a machine whose cache is filled needs no Go.
platform() {
  local machine
  case $(uname -m) in
    x86_64 | amd64) machine=amd64 ;;
    aarch64 | arm64) machine=arm64 ;;
    *) machine=$(go env GOARCH) ;;
  esac
  echo "$(uname -s | tr '[:upper:]' '[:lower:]')-$machine"
}
path() { echo "$cache/$1-$(version "$1")-$(platform)"; }

ldflags() {
  local flags='-s -w' v=$2 rest
  if [ "$1" = kubernetes ]; then
    rest=${v#v}
    flags+=" -X k8s.io/component-base/version.gitVersion=$v"
    flags+=" -X k8s.io/component-base/version.gitMajor=${rest%%.*}"
    rest=${rest#*.}
    flags+=" -X k8s.io/component-base/version.gitMinor=${rest%%.*}"
  fi
  if [ "$1" = helm ]; then # the Kubernetes that `helm template` takes itself to talk to, as helm's own Makefile sets it
    rest=$(awk '$1 == "k8s.io/client-go" { print $2; exit }' "$here/helm/go.mod")
    rest=${rest#v0.}
    flags+=" -X helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor=1 -X helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor=${rest%%.*}"
  fi
  echo "$flags"
}

# Reads what `go build -v` says: one line for each module and package, which it counts, and what is wrong, which it shows.
progress() {
  local line packages=0 shown=$SECONDS
  while IFS= read -r line; do
    case $line in
      'go: downloading '*) ;;
      '#'* | *' '* | *:*) echo "$line" >&2 ;;
      *) packages=$((packages + 1)) ;;
    esac
    if [ $((SECONDS - shown)) -ge 20 ]; then
      shown=$SECONDS
      echo "tools: building $1: $packages packages compiled"
    fi
  done
}

build() {
  local set=$1 v out tmp started=$SECONDS
  v=$(version "$set") out=$(path "$set")
  mkdir -p "$cache"
  exec 9>"$cache/$set.lock"
  if command -v flock > /dev/null; then flock 9; fi
  if [ -d "$out" ]; then echo "tools: $set $v is in the cache"; return; fi
  if ! command -v go > /dev/null; then
    echo "tools: building $set needs Go 1.21 or newer, which fetches the version that go.mod asks for: see https://go.dev/dl" >&2
    return 1
  fi
  tmp=$(mktemp -d "$cache/$set.XXXXXX")
  trap 'rm -rf "$tmp"' EXIT
  echo "tools: building $set $v"
  # GOFLAGS is set here, so that a user's -mod or -race does not change what is built.
  (cd "$here/$set" && GOFLAGS=-mod=readonly GOWORK=off CGO_ENABLED=0 \
    go build -v -trimpath -buildvcs=false -ldflags "$(ldflags "$set" "$v")" -o "$tmp/" tool 2>&1) | progress "$set"
  # The etcd module calls its main package `server`.
  if [ -f "$tmp/v3" ]; then mv "$tmp/v3" "$tmp/etcd"; elif [ -f "$tmp/server" ]; then mv "$tmp/server" "$tmp/etcd"; fi
  if [ "$set" = argo-rollouts ]; then # the definitions that its controller was built with
    cp "$(cd "$here/$set" && GOWORK=off go list -m -f '{{.Dir}}' "$(module "$set")")"/manifests/crds/*-crd.yaml "$tmp/"
  fi
  chmod -R u+w,a+rX "$tmp"
  mv "$tmp" "$out"
  trap - EXIT
  echo "tools: built $set $v in $((SECONDS - started)) s"
}

case ${1:-} in
  --path) path "$2"; exit ;;
  --version) version "$2"; exit ;;
esac
for set in "$@"; do module "$set" > /dev/null; done
for set in "$@"; do (build "$set"); done
