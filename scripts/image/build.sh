#!/usr/bin/env bash
# build.sh FOLDER [ARCHITECTURE]: makes the box's image in FOLDER, step by step, and says how large it is. Packages of
# Debian are fetched once and kept. For another architecture than amd64 it ends with the root file system.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
export ARCHITECTURE=${2:-amd64}
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$here" log -1 --format=%ct)}
export SOURCE_DATE_EPOCH
mkdir -p "$1"
work=$(cd "$1" && pwd)
[ "$(id -u)" = 0 ] || { echo "the image's files belong to its users: run this as root" >&2; exit 1; }

# Programs of packages for another architecture run too: in QEMU, which the kernel is told of once.
binfmt=/proc/sys/fs/binfmt_misc
if [ "$ARCHITECTURE" = arm64 ] && [ "$(dpkg --print-architecture)" != arm64 ] && [ ! -e $binfmt/qemu-aarch64 ]; then
  [ -e $binfmt/register ] || mount -t binfmt_misc none $binfmt
  cat /usr/lib/binfmt.d/qemu-aarch64.conf > $binfmt/register
fi

newer() { for file in "${@:2}"; do [ "$1" -nt "$file" ] || return 1; done; }
newer "$work/base.tar" "$here/packages" "$here/base.sh" || "$here/base.sh" "$work"
if [ "$ARCHITECTURE" = amd64 ]; then
  newer "$work/kernel/vmlinuz" "$here/modules" "$here/kernel.sh" "$here/../hardware/build-dahdi.sh" || "$here/kernel.sh" "$work"
fi
export UPDATE_KEYS=${UPDATE_KEYS:-$work/../keys}
"$here/keys.sh" "$UPDATE_KEYS"
"$here/root.sh" "$work"
"$here/squash.sh" "$work/tree" "$work/root.squashfs"
[ "$ARCHITECTURE" = amd64 ] || exit 0
"$here/boot.sh" "$work"
"$here/disk.sh" "$work"
