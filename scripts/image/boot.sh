#!/usr/bin/env bash
# boot.sh FOLDER: FOLDER/boot.squashfs, what the boot loader takes of a slot: kernel and initramfs. GRUB cannot read zstd.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$1/boot.work
rm -rf "$work"
mkdir -p "$work"/initramfs/{bin,proc,sys,dev,root} "$work/boot"
cp "$(command -v busybox)" "$work/initramfs/bin/"
cp "$here/initramfs-init" "$work/initramfs/init"
cp -r "$1/kernel/boot-modules" "$work/initramfs/modules"
chmod -R u=rwX,go=rX "$work/initramfs"
chmod 755 "$work/initramfs/init"
find "$work/initramfs" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
(cd "$work/initramfs" && find . | LC_ALL=C sort | cpio -o -H newc -R 0:0 --reproducible --quiet | zstd -q -12) > "$work/boot/initramfs"
cp "$1/kernel/vmlinuz" "$work/boot/"
rm -f "$1/boot.squashfs"
env -u SOURCE_DATE_EPOCH mksquashfs "$work/boot" "$1/boot.squashfs" -comp gzip -noD -noF -all-root \
  -mkfs-time "$SOURCE_DATE_EPOCH" -all-time "$SOURCE_DATE_EPOCH" -no-xattrs -quiet -no-progress
rm -rf "$work"
