#!/bin/sh
# squash.sh TREE FILE [LEVEL]: the root file system as one file that is never written; the same input gives the same file.
set -eu
time=${SOURCE_DATE_EPOCH:?}
unset SOURCE_DATE_EPOCH # mksquashfs takes it only where no time is said
rm -f "$2"
mksquashfs "$1" "$2" -comp zstd -Xcompression-level "${3:-15}" \
  -mkfs-time "$time" -all-time "$time" -no-xattrs -no-exports -quiet -no-progress
ls -l --block-size=1 "$2" | awk '{ printf "%s: %.1f MB\n", $9, $5 / 1e6 }'
