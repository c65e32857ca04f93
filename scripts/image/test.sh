#!/usr/bin/env bash
# test.sh FOLDER: boots the image of FOLDER in QEMU and tests it, in a network of its own, where a DHCP server gives it its
# address. As root; nothing outside of that network is touched.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ "${1:-}" = --inside ] || exec unshare --net --mount --pid --fork --kill-child --mount-proc "$0" --inside "$@"
folder=$2
ip link set lo up
ip tuntap add tap0 mode tap
ip address add 192.168.77.1/24 dev tap0
ip link set tap0 up
cat > "$folder/udhcpd.conf" <<CONF
interface tap0
start 192.168.77.50
end 192.168.77.50
pidfile /dev/null
lease_file /dev/null
option subnet 255.255.255.0
CONF
busybox udhcpd -f "$folder/udhcpd.conf" 2>/dev/null &
trap 'kill %1' EXIT
PARLEY_IMAGE=$folder node --enable-source-maps dist/test/image/box.test.js
