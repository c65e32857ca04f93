#!/bin/sh
# bundle.sh FOLDER ROOT VERSION FILE: an update, FILE (.raucb), of FOLDER's kernel and the root file system ROOT, signed with
# the keys in $UPDATE_KEYS.
set -eu
keys=$UPDATE_KEYS
work=$1/bundle.work
rm -rf "$work" "$4"
mkdir "$work"
ln "$1/boot.squashfs" "$work/boot.img"
ln "$2" "$work/rootfs.img"
cat > "$work/manifest.raucm" <<MANIFEST
[update]
compatible=parley-amd64
version=$3

[bundle]
format=verity

[image.rootfs]
filename=rootfs.img

[image.boot]
filename=boot.img
MANIFEST
rauc --cert "$keys/signer.cert.pem" --key "$keys/signer.key.pem" --keyring "$keys/authority.cert.pem" bundle "$work" "$4" >/dev/null
rm -r "$work"
ls -l "$4" | awk '{ printf "%s: %.1f MB\n", $9, $5 / 1e6 }'
