#!/usr/bin/env bash
# build-dahdi.sh KERNEL FOLDER: builds DAHDI's drivers for a kernel of Debian, by its headers, and puts them into FOLDER.
# Packages are fetched and unpacked, not installed.
set -euo pipefail
kernel=$1
mkdir -p "$2"
out=$(cd "$2" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get download -qq "linux-headers-$kernel" "linux-headers-${kernel%-amd64}-common" \
  "linux-kbuild-$(echo "$kernel" | cut -d. -f1,2)" dahdi-dkms 2>/dev/null
for deb in *.deb; do dpkg -x "$deb" tree; done

# The headers name each other by where they would be installed.
headers=$work/tree/usr/src/linux-headers-$kernel
sed -i "s#/usr/src#$work/tree/usr/src#" "$headers/Makefile"
source=$(echo tree/usr/src/dahdi-*)
cd "$source/drivers/dahdi"
rm -f Makefile
cat > Kbuild <<'KBUILD'
ccflags-y := -I$(src)/../../include -I$(src) -w
obj-m := dahdi.o dahdi_dynamic.o dahdi_dynamic_loc.o dahdi_echocan_mg2.o wctdm.o wcfxo.o
dahdi-objs := dahdi-base.o dahdi-sysfs.o dahdi-sysfs-chan.o dahdi-version.o
KBUILD
# Where it is built shows in nothing, so that the same sources give the same file.
make -s -C "$headers" M="$PWD" KCFLAGS="-ffile-prefix-map=$work=." modules >"$work/log" 2>&1 || { tail -20 "$work/log" >&2; exit 1; }
strip --strip-debug -- *.ko
cp -- *.ko "$out/"
