#!/usr/bin/env bash
# disk.sh FOLDER: FOLDER/parley.img, what is written to the box's disk: the boot loader, its variables, two slots of which
# the first is filled, and a small /data, which takes the rest of the disk at the first start.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
image=$1/parley.img.new
work=$1/disk.work
rm -rf "$image" "$work"
mkdir "$work"

# Numbers are sectors; the identifiers are always the same, so that the image is.
id() { printf -- '--partition-guid=%s:50A71E90-0000-4000-8000-00000000000%s ' "$1" "$1"; }
truncate -s 480M "$image"
sgdisk --disk-guid=50A71E90-0000-4000-8000-000000000000 \
  --new=1:2048:+1M --typecode=1:ef02 --change-name=1:loader \
  --new=2:4096:+1M --change-name=2:loader-env \
  --new=3:0:+32M --change-name=3:boot-A \
  --new=4:0:+180M --change-name=4:root-A \
  --new=5:0:+32M --change-name=5:boot-B \
  --new=6:0:+180M --change-name=6:root-B \
  --new=7:0:0 --typecode=7:50A71E90-0000-4000-8000-0000000000FF --change-name=7:data \
  $(for number in 1 2 3 4 5 6 7; do id $number; done) "$image" >/dev/null
first() { sgdisk --info="$1" "$image" | awk '/^First sector/ { print $3 }'; }
write() { dd if="$2" of="$image" bs=1M seek=$(($(first "$1") * 512)) oflag=seek_bytes conv=notrunc status=none; }
# filesystem KIND PARTITION FOLDER OPTION...: a file system with what is in the folder.
filesystem() {
  local last
  last=$(sgdisk --info="$2" "$image" | awk '/^Last sector/ { print $3 }')
  truncate -s $(((last - $(first "$2") + 1) / 8 * 4096)) "$work/$1"
  find "$3" -exec touch -d "@$SOURCE_DATE_EPOCH" {} +
  export E2FSPROGS_FAKE_TIME=$SOURCE_DATE_EPOCH
  "mkfs.$1" -q -U "50a71e90-0000-4000-8000-00000000000$2" \
    -E "hash_seed=50a71e90-0000-4000-8000-00000000000$2" -d "$3" "${@:4}" "$work/$1"
  # It takes from the folder also when each file was changed, which nobody can set there.
  find "$3" -printf 'set_inode_field /%P ctime @'"$SOURCE_DATE_EPOCH"'\nset_inode_field /%P ctime_extra 0\n' |
    debugfs -w -f - "$work/$1" >/dev/null 2>&1
  write "$2" "$work/$1"
}
fits() { [ "$(stat -c %s "$2")" -le $(($1 << 20)) ] || { echo "$2 is larger than its partition" >&2; exit 1; }; }

# GRUB for the BIOS: its first sector, which knows where the rest is, and the rest, with its configuration, in partition 1.
modules=(biosdisk part_gpt ext2 squash4 gzio linux normal loadenv test echo serial terminal memdisk tar reboot sleep all_video)
mkdir -p "$work/memdisk/boot/grub"
cp "$here/grub.cfg" "$work/memdisk/boot/grub/"
tar -C "$work/memdisk" --mtime="@$SOURCE_DATE_EPOCH" --sort=name --owner=0 --group=0 -cf "$work/memdisk.tar" boot
grub-mkimage -O i386-pc -o "$work/core.img" -p '(memdisk)/boot/grub' -m "$work/memdisk.tar" "${modules[@]}"
python3 "$here/grub-sectors.py" /usr/lib/grub/i386-pc/boot.img "$work/core.img" "$image" "$(first 1)"

# Its variables, as grub-editenv would make them: slot B is empty.
mkdir "$work/env"
{ printf '# GRUB Environment Block\nORDER=A B\nA_OK=1\nA_TRY=0\nB_OK=0\nB_TRY=0\n'; printf '#%.0s' {1..1024}; } | head -c 1024 > "$work/env/grubenv"
filesystem ext2 2 "$work/env" -b 1024
fits 32 "$1/boot.squashfs"
fits 180 "$1/root.squashfs"
write 3 "$1/boot.squashfs"
write 4 "$1/root.squashfs"

mkdir -p "$work/data/parley" "$work/data/timesync"
chown 900:900 "$work/data/parley"
chmod 700 "$work/data/parley"
filesystem ext4 7 "$work/data" -L data
rm -rf "$work"
mv "$image" "$1/parley.img"
zstd -q -f -3 -T0 "$1/parley.img" -o "$1/parley.img.zst"
ls -l "$1/parley.img.zst" | awk '{ printf "%s: %.1f MB\n", $9, $5 / 1e6 }'
