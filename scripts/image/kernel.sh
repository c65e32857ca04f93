#!/usr/bin/env bash
# kernel.sh FOLDER: FOLDER/kernel/, Debian's kernel, of its modules those in `modules`, DAHDI's drivers built for it, and
# the two programs that the box needs of packages it does not have. Packages are fetched and unpacked, not installed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=$1/kernel
work=$1/kernel.work
rm -rf "$out" "$work"
mkdir -p "$out" "$work/debs" "$work/tree"
kernel=$(apt-cache depends "linux-image-$ARCHITECTURE" | sed -n 's/^ *Depends: linux-image-//p' | head -1)
[ -n "$kernel" ] || { echo "apt-cache knows no linux-image-$ARCHITECTURE; 'apt-get update' first?" >&2; exit 1; }
echo "unpacking kernel $kernel"
packages=("linux-image-$kernel:$ARCHITECTURE" "dahdi:$ARCHITECTURE" "libtonezone2.0:$ARCHITECTURE" "grub-common:$ARCHITECTURE")
(
  cd "$work/debs"
  apt-get download -qq "${packages[@]}" 2>/dev/null
  for deb in *.deb; do dpkg -x "$deb" "$work/tree"; done
)
modules=lib/modules/$kernel
"$here/../hardware/build-dahdi.sh" "$kernel" "$work/tree/$modules/updates"
depmod -b "$work/tree" "$kernel"

needed() { modprobe -d "$work/tree" -S "$kernel" --show-depends "$1" | awk '$1 == "insmod" { print $2 }'; }
folder=$out/boot-modules
mkdir -p "$folder"
grep -v '^#' "$here/modules" | while read -r module; do
  case $module in later) folder= ;; esac
  [ "$module" != later ] || continue
  needed "$module" | while read -r file; do
    install -D -m 644 "$file" "$out/tree/usr/$modules/${file#"$work/tree/$modules/"}"
    [ -z "$folder" ] || [ -e "$folder/$(basename "$file")" ] || { cp "$file" "$folder/"; basename "$file" >> "$folder/order"; }
  done
done
cp "$work/tree/$modules"/modules.{builtin,builtin.modinfo,order} "$out/tree/usr/$modules/"
depmod -b "$out/tree/usr" "$kernel"

install -D -t "$out/tree/usr/sbin" "$work/tree/usr/sbin/dahdi_cfg"
install -D -t "$out/tree/usr/bin" "$work/tree/usr/bin/grub-editenv"
library=usr/lib/x86_64-linux-gnu
mkdir -p "$out/tree/$library"
cp -a "$work/tree/$library"/libtonezone.so.2* "$out/tree/$library/"
cp "$work/tree/boot/vmlinuz-$kernel" "$out/vmlinuz"
rm -rf "$work"
