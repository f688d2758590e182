#!/usr/bin/env bash
# Installs what the tests need beside npm and Go modules. Does nothing, in well under a second, when all is there.
#
#   install.sh [host] [moto]   what is named, else both: the Debian packages of the `host` cluster; moto, a stand-in for AWS, from PyPI
#   install.sh --missing [host]  prints what is missing, one thing a line, and installs nothing
#   install.sh --moto-path     prints the folder that holds (or will hold) moto's Python environment
#
# Where it may not install (not root, not Debian) it lists what is missing and the way to get it, and fails.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${SECRETS_OPERATOR_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/secrets-operator}
requirements=$here/../support/moto-requirements.txt
constraints=$here/../support/moto-constraints.txt
# Debian keeps some of these out of the PATH of users.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

say() { echo "install: $*"; }
has() { command -v "$1" >/dev/null; }
can_install() { [ "$(id -u)" = 0 ] && has apt-get; }

# Each line: a test, then the Debian package that makes it true.
host_needs() {
  cat <<'NEEDS'
has containerd|containerd
has runc|runc
[ -x /usr/lib/cni/bridge ] || [ -x /opt/cni/bin/bridge ]|containernetworking-plugins
has buildah|buildah
[ -x /bin/busybox ] && ! ldd /bin/busybox >/dev/null 2>&1|busybox-static
has nft|nftables
has ip|iproute2
has openssl|openssl
has mount|mount
has nsenter && has unshare && has setpriv|util-linux
[ -s /etc/ssl/certs/ca-certificates.crt ]|ca-certificates
NEEDS
}
missing_packages() {
  local test package
  while IFS='|' read -r line; do
    package=${line##*|} test=${line%|*}
    if ! eval "$test"; then echo "$package"; fi
  done < <(host_needs)
}

apt_install() {
  say "installing from Debian: $*"
  export DEBIAN_FRONTEND=noninteractive
  # A fresh machine has no package lists.
  apt-get install -y -qq -o DPkg::Lock::Timeout=300 --no-install-recommends "$@" >/dev/null 2>&1 || {
    apt-get update -qq
    apt-get install -y -qq -o DPkg::Lock::Timeout=300 --no-install-recommends "$@" >/dev/null
  }
}

install_host() {
  local packages had_containerd=no
  mapfile -t packages < <(missing_packages)
  if [ ${#packages[@]} = 0 ]; then return; fi
  if ! can_install; then
    say "the host cluster needs these Debian packages: ${packages[*]}" >&2
    say "as root on Debian or Ubuntu: apt-get install --no-install-recommends ${packages[*]}" >&2
    return 1
  fi
  if has containerd; then had_containerd=yes; fi
  apt_install "${packages[@]}"
  # The tests run a containerd of their own; the package's service would run beside it for nothing.
  if [ $had_containerd = no ] && [ -d /run/systemd/system ]; then systemctl disable --now --quiet containerd; fi
  say "installed ${packages[*]}"
}

moto_path() {
  local version digest
  version=$(sed -n 's/^moto\[server\]==//p' "$requirements")
  digest=$(cat "$requirements" "$constraints" | cksum | cut -d' ' -f1)
  echo "$cache/moto-$version-$digest"
}

# Python 3.11 or newer, complete: Debian has the part that makes environments in a package of its own.
find_python() {
  local python
  for python in python3 /usr/bin/python3 python3.14 python3.13 python3.12 python3.11; do
    if "$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$python"
      return
    fi
  done
  return 1
}

install_moto() {
  local path python temporary
  path=$(moto_path)
  if [ -x "$path/bin/python" ] && "$path/bin/python" -c '' 2>/dev/null; then return; fi
  mkdir -p "$cache"
  exec 9>"$path.lock"
  if has flock; then flock 9; fi
  # Another run may have made it while this one waited.
  if [ -x "$path/bin/python" ] && "$path/bin/python" -c '' 2>/dev/null; then return; fi
  if ! python=$(find_python); then
    if can_install; then apt_install python3 python3-venv; fi
    if ! python=$(find_python); then
      say 'moto needs Python 3.11 or newer with venv and ensurepip' >&2
      say 'as root on Debian 12 or newer: apt-get install --no-install-recommends python3 python3-venv' >&2
      return 1
    fi
  fi
  say "installing moto into $path (about a minute)"
  rm -rf "$path"
  temporary=$(mktemp -d "$path.XXXXXX")
  "$python" -m venv "$temporary"
  "$temporary/bin/python" -m pip install --quiet --disable-pip-version-check --require-virtualenv \
    -r "$requirements" -c "$constraints" || { rm -rf "$temporary"; return 1; }
  # The server is run as a module (python -m): nothing that is used holds the temporary name.
  mv "$temporary" "$path"
  say 'installed moto'
}

case ${1:-} in
  --moto-path) moto_path; exit ;;
  --missing) missing_packages; exit ;;
esac
status=0
for part in "${@:-host moto}"; do
  for name in $part; do
    case $name in
      host) install_host || status=1 ;;
      moto) (install_moto) || status=1 ;;
      *) say "there is no part named $name: host, moto" >&2; status=2 ;;
    esac
  done
done
exit $status
