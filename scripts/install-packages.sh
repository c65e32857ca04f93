#!/usr/bin/env bash
# install-packages.sh NAME[:PACKAGE]...: sees to it that each program, shared library (lib*.so.*) or file (/..., with * where
# it differs) is there, from its Debian package.
# As root it installs what is missing; otherwise it says which command would.
set -euo pipefail
PATH=$PATH:/sbin:/usr/sbin

missing=()
for entry in "$@"; do
  program=${entry%%:*} package=${entry##*:}
  if [ "$program" = node ]; then package=nodejs; fi
  case $program in
    lib*.so.*) ldconfig -p | grep -F "$program" >/dev/null ;;
    /*) compgen -G "$program" >/dev/null ;;
    *) command -v "$program" >/dev/null ;;
  esac || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get update -qq >/dev/null
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
else
  echo "These Debian packages are missing; please run: sudo apt-get install ${missing[*]}" >&2
  exit 1
fi
