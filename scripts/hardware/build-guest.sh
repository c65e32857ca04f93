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
  apt-get download -qq "linux-image-$kernel" "linux-headers-$kernel" "linux-headers-${kernel%-amd64}-common" \
    "linux-kbuild-$(echo "$kernel" | cut -d. -f1,2)" dahdi-dkms dahdi libtonezone2.0
  for deb in *.deb; do dpkg -x "$deb" "$work/tree"; done
)

# The headers name each other by where they would be installed.
headers=$work/tree/usr/src/linux-headers-$kernel
sed -i "s#/usr/src#$work/tree/usr/src#" "$headers/Makefile"
source=$(echo "$work"/tree/usr/src/dahdi-*)
cd "$source/drivers/dahdi"
rm -f Makefile
cat > Kbuild <<'KBUILD'
ccflags-y := -I$(src)/../../include -I$(src) -w
obj-m := dahdi.o dahdi_dynamic.o dahdi_dynamic_loc.o dahdi_echocan_mg2.o
dahdi-objs := dahdi-base.o dahdi-sysfs.o dahdi-sysfs-chan.o dahdi-version.o
KBUILD
make -s -C "$headers" M="$PWD" modules >"$work/dahdi.log" 2>&1 || { tail -20 "$work/dahdi.log" >&2; exit 1; }

# What the guest lays over the root: the modules it needs, and DAHDI's tools.
modules=lib/modules/$kernel
mkdir -p "$work/tree/$modules/updates"
strip --strip-debug -- *.ko
cp -- *.ko "$work/tree/$modules/updates/"
depmod -b "$work/tree" "$kernel"
overlay=$work/initrd/overlay/usr
mkdir -p "$overlay/$modules" "$overlay/sbin" "$overlay/lib/x86_64-linux-gnu" "$work/initrd/boot"
needed() { modprobe -d "$work/tree" -S "$kernel" --show-depends "$@" | awk '$1 == "insmod" { print $2 }'; }
boot=(virtio_pci 9pnet_virtio 9p overlay)
for module in "${boot[@]}" dahdi_dynamic_loc dahdi_echocan_mg2 snd-aloop; do needed "$module"; done | sort -u |
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
