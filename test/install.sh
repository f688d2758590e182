#!/usr/bin/env bash
# Installs what the named parts need, and says at once what is missing on this machine and how to get it.
#
#   install.sh          nothing: only looks whether the machine has what everything needs
#   install.sh npm      node_modules, by the lockfile and without scripts
#   install.sh moto     a Python environment with moto, outside the tree
#   install.sh host     Debian packages for a cluster on this machine; passes over what only root can install
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

problems=()
need() { # need COMMAND "what it is, and where it comes from"
  command -v "$1" >/dev/null || problems+=("$1: $2")
}
needs() { # what one part, or everything, demands of the machine
  case $1 in
    npm)
      need node 'Node.js 20 or later, for npm (Debian: apt-get install nodejs npm); the project brings its own Node 24'
      need npm 'comes with Node.js (Debian: apt-get install npm)'
      ;;
    moto) need python3 'Python 3.11 or later (Debian: apt-get install python3)' ;;
    tools) need go 'Go 1.26 or later, from https://go.dev/dl; or Go 1.21 or later, which fetches it by itself' ;;
  esac
}
for part in "${@:-npm moto tools}"; do for each in $part; do needs "$each"; done; done
if [ ${#problems[@]} -gt 0 ]; then
  echo 'missing on this machine:' >&2
  printf '  - %s\n' "${problems[@]}" >&2
  exit 1
fi

install_npm() {
  if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
    echo 'install: npm packages'
    npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
    touch node_modules/.package-lock.json
  fi
  # Where the lockfile brings no Node for this platform, the machine's own has to do.
  PATH=$root/node_modules/.bin:$PATH node -e '
    const [major, minor] = process.versions.node.split(".").map(Number);
    if (major < 22 || (major === 22 && minor < 21)) {
      console.error(`Node ${process.versions.node} is too old: 22.21 or later is needed on ${process.platform}-${process.arch}`);
      process.exit(1);
    }'
}

for part in "$@"; do
  case $part in
    npm) install_npm ;;
    moto) test/cluster/install.sh moto ;;
    host)
      if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        test/cluster/install.sh host
      else
        missing=$(test/cluster/install.sh --missing host || true)
        [ -z "$missing" ] || printf 'a cluster on this machine would need root, Debian and:\n%s\n' "$missing"
      fi
      ;;
    *) echo "install.sh: there is no part named $part: npm, moto, host" >&2; exit 2 ;;
  esac
done
