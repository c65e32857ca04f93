#!/usr/bin/env bash
# build.sh FOLDER [ARCHITECTURE]: makes FOLDER/parley_ARCHITECTURE.deb of what `make build` made; the same input gives the
# same file. Node comes along: Debian 12 has version 18, the program needs 20. For another architecture than this
# machine's, Node is that of npm, and audio ports are left out, as their library is compiled where it runs.
set -euo pipefail
cd "$(dirname "$0")/../.."
here=scripts/deb
own=$(dpkg --print-architecture)
architecture=${2:-$own}
cpu=${architecture/amd64/x64}
version=$(node -p 'require("./package.json").version')
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH
mkdir -p "$1"
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
program=$stage/usr/lib/parley

mkdir -p "$program/firmware" "$program/web-ui" "$program/dist"
cp package.json package-lock.json "$program/"
cp -r dist/parley "$program/dist/"
cp -r firmware/prompts "$program/firmware/"
cp -r web-ui/views web-ui/assets "$program/web-ui/"

# The libraries that are not in the program itself, since they have native code; alsa-capture without what compiled it.
libraries() { npm --prefix "$program" --silent --no-audit --no-fund "$@"; }
version_of() { node -p "require('./package.json').dependencies['$1']"; }
libraries pkg delete dependencies optionalDependencies overrides devDependencies workspaces
libraries pkg set "dependencies.koffi=$(version_of koffi)" "dependencies.serialport=$(version_of serialport)"
libraries install --omit dev --ignore-scripts --os linux --cpu "$cpu"
cp LICENSE "$program/"
rm -f "$program/package-lock.json" "$program/node_modules/.package-lock.json"
bindings=$program/node_modules/@serialport/bindings-cpp
find "$bindings/prebuilds" -mindepth 1 -maxdepth 1 ! -name "linux-$cpu" -exec rm -r {} +
if [ "$architecture" = "$own" ]; then
  install -D "$(node -p process.execPath)" "$program/node"
  for library in alsa-capture/{index.js,package.json,build/Release/capture.node} eventemitter3; do
    [ -e "node_modules/$library" ] || continue
    mkdir -p "$program/node_modules/$(dirname "$library")"
    cp -r "node_modules/$library" "$program/node_modules/$library"
  done
else
  npm pack --silent --pack-destination "$stage" "node-linux-$cpu@$(node -p process.versions.node)" >/dev/null
  tar -xzf "$stage"/node-linux-*.tgz -C "$program" --strip-components 2 package/bin/node
  rm "$stage"/node-linux-*.tgz
fi
if ldd "$program/node" 2>/dev/null | grep -q libnode; then
  echo "this Node needs Debian's libnode; build with one that stands alone" >&2
  exit 1
fi
find "$program" \( -name '*.d.ts' -o -name '*.map' -o -name '*.tsbuildinfo' -o -iname '*.md' \) -delete

install -D -m 755 "$here/parley" "$stage/usr/bin/parley"
install -D -m 644 "$here/parley.service" "$stage/lib/systemd/system/parley.service"
install -D -m 644 "$here/parley.sysusers" "$stage/usr/lib/sysusers.d/parley.conf"
install -D -m 755 -t "$stage/DEBIAN" "$here/postinst" "$here/prerm"
cat > "$stage/DEBIAN/control" <<CONTROL
Package: parley
Version: $version
Architecture: $architecture
Maintainer: Parley <parley@localhost>
Section: comm
Priority: optional
Installed-Size: $(du -sk "$stage/usr" | cut -f1)
Depends: libc6 (>= 2.36), libstdc++6, libsrtp2-1, libopus0, libasound2, openssl, iputils-ping, systemd
Description: a conference PBX: phones dial in and talk
 Brings the Node $(node -p process.versions.node) it was built with.
CONTROL

chmod -R u=rwX,go=rX "$stage"
find "$stage" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
dpkg-deb --root-owner-group -Zzstd -z12 --build "$stage" "$1/parley_$architecture.deb" >/dev/null
ls -lh "$1/parley_$architecture.deb" | awk '{ print $9 ": " $5 }'
