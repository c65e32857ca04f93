#!/usr/bin/env bash
# build-guest.sh FOLDER: makes the machine of `make hardware-test`, FOLDER/vmlinuz and FOLDER/initrd: Debian's own kernel,
# DAHDI's drivers built for it, DAHDI's tools. Its root is the file system of this machine, which it cannot write.
# Packages are fetched and unpacked, not installed.
set -euo pipefail
[ "$(dpkg --print-architecture)" = amd64 ] || { echo "hardware-test can't run: the guest is made for amd64 alone" >&2; exit 1; }
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
guest=$(cd "$1" && pwd)
work=$guest/work
rm -rf "$work"
mkdir -p "$work/debs" "$work/tree"

kernel=$(apt-cache depends linux-image-amd64 | sed -n 's/^ *Depends: linux-image-//p' | head -1)
[ -n "$kernel" ] || { echo "apt-cache knows no linux-image-amd64; 'apt-get update' first?" >&2; exit 1; }
echo "building the guest: kernel $kernel and DAHDI"
(
  cd "$work/debs"
  apt-get download -qq "linux-image-$kernel" dahdi libtonezone2.0
  for deb in *.deb; do dpkg -x "$deb" "$work/tree"; done
)

# What the guest lays over the root: the modules it needs, and DAHDI's tools.
modules=lib/modules/$kernel
"$here/build-dahdi.sh" "$kernel" "$work/tree/$modules/updates"
depmod -b "$work/tree" "$kernel"
overlay=$work/initrd/overlay/usr
mkdir -p "$overlay/$modules" "$overlay/sbin" "$overlay/lib/x86_64-linux-gnu" "$work/initrd/boot"
needed() { modprobe -d "$work/tree" -S "$kernel" --show-depends "$@" | awk '$1 == "insmod" { print $2 }'; }
boot=(virtio_pci 9pnet_virtio 9p overlay)
for module in "${boot[@]}" dahdi_dynamic_loc dahdi_echocan_mg2 snd-aloop evdev uinput; do needed "$module"; done | sort -u |
  while read -r file; do
    install -D -m 644 "$file" "$overlay/$modules/${file#"$work/tree/$modules/"}"
  done
cp "$work/tree/$modules"/modules.{builtin,builtin.modinfo,order} "$overlay/$modules/"
depmod -b "$work/initrd/overlay/usr" "$kernel"
cp "$work/tree/usr/sbin/dahdi_cfg" "$overlay/sbin/"
cp -a "$work"/tree/usr/lib/x86_64-linux-gnu/libtonezone.so.2* "$overlay/lib/x86_64-linux-gnu/"

# And what it boots with: busybox, and the modules by which it comes to its root, in their order.
mkdir -p "$work/initrd"/{bin,proc,sys,dev,host,top,root}
cp "$(command -v busybox)" "$work/initrd/bin/"
cp "$here/init" "$work/initrd/init"
for module in "${boot[@]}"; do needed "$module"; done | awk '!seen[$0]++' | while read -r file; do
  cp "$file" "$work/initrd/boot/"
  basename "$file" >> "$work/initrd/boot/order"
done
(cd "$work/initrd" && find . | cpio -o -H newc --quiet | gzip -1) > "$guest/initrd.new"
cp "$work/tree/boot/vmlinuz-$kernel" "$guest/vmlinuz"
mv "$guest/initrd.new" "$guest/initrd"
rm -rf "$work"
