#!/usr/bin/env bash
# test-versions.sh FOLDER: FOLDER/test/: updates for the test of FOLDER's image: a second version, which is also on a USB disk
# (FAT), the same signed by a stranger, and one that lacks a page, so that it never passes the box's check.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
SOURCE_DATE_EPOCH=$(git -C "$here" log -1 --format=%ct)
export SOURCE_DATE_EPOCH UPDATE_KEYS=${UPDATE_KEYS:-$1/../keys}
out=$1/test
rm -rf "$out"
mkdir "$out"

# version NAME NUMBER: a copy of the image's files as version NUMBER; prints where the program is in it.
version() {
  cp -al "$1/tree" "$out/$2"
  local program=$out/$2/usr/lib/parley
  sed "s/\"version\": *\"[^\"]*\"/\"version\": \"$3\"/" "$program/package.json" > "$out/package.json"
  mv "$out/package.json" "$program/package.json"
  echo "$program"
}
# pack NAME NUMBER [KEYS]: its bundle. It is tested and thrown away: hardly compressed.
pack() {
  "$here/squash.sh" "$out/$1" "$out/$1.squashfs" 3
  "$here/bundle.sh" "$work" "$out/$1.squashfs" "$2" "$out/$1.raucb"
}

work=$1
version "$work" second 0.2.0-second >/dev/null
pack second 0.2.0-second
truncate -s 256M "$out/usb.img"
mkfs.vfat "$out/usb.img" >/dev/null
mcopy -i "$out/usb.img" "$out/second.raucb" ::
program=$(version "$work" failing 0.3.0-failing)
rm "$program/web-ui/views/sign-in.njk"
pack failing 0.3.0-failing
"$here/keys.sh" "$out/stranger-keys"
UPDATE_KEYS=$out/stranger-keys "$here/bundle.sh" "$work" "$out/second.squashfs" 0.2.0-stranger "$out/stranger.raucb"
