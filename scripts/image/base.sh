#!/usr/bin/env bash
# base.sh FOLDER: FOLDER/base.tar, a minimal Debian 12 with the packages that the box needs, from Debian's archive.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
packages=$(grep -v '^#' "$here/packages" | paste -sd,)
suite() { echo "deb http://deb.debian.org/$1 $2 main"; }
without=()
for folder in doc man locale info lintian bash-completion zoneinfo; do
  without+=(--dpkgopt="path-exclude=/usr/share/$folder/*")
done
echo "fetching Debian's packages for $ARCHITECTURE"
mmdebstrap --quiet --format=tar --mode=root --variant=essential --architectures="$ARCHITECTURE" "${without[@]}" \
  --include="$packages" --aptopt='Acquire::Check-Valid-Until "false"' bookworm "$1/base.tar.new" \
  "$(suite debian bookworm)" "$(suite debian bookworm-updates)" "$(suite debian-security bookworm-security)"
mv "$1/base.tar.new" "$1/base.tar"
