#!/usr/bin/env bash
# root.sh FOLDER: FOLDER/tree, the root file system: Debian, the program's package, the kernel's modules, and over it
# rootfs-overlay. What grows at run time is not in it: /var is in memory.
set -euo pipefail
project=$(cd "$(dirname "$0")/../.." && pwd)
tree=$1/tree
rm -rf "$tree"
mkdir "$tree"
tar -xf "$1/base.tar" -C "$tree"
cp "$1/../parley_$ARCHITECTURE.deb" "$tree/parley.deb"
chroot "$tree" dpkg --install /parley.deb >/dev/null
rm "$tree/parley.deb"
[ ! -e "$1/kernel/tree" ] || cp -a "$1/kernel/tree/." "$tree/"
cp -r "$project/rootfs-overlay/." "$tree/"
mkdir -p "$tree/data" "$tree/etc/rauc"
cp "$UPDATE_KEYS/authority.cert.pem" "$tree/etc/rauc/keyring.pem"
sed -i "s/@ARCHITECTURE@/$ARCHITECTURE/" "$tree/etc/rauc/system.conf"
chroot "$tree" dpkg-query -W > "$tree/usr/share/parley-packages"

# Nobody signs in but at our console, which takes the serial port; nothing of a desktop, nothing that waits for a cable.
systemctl --root "$tree" --quiet mask getty@.service serial-getty@.service console-getty.service autovt@.service \
  systemd-logind systemd-user-sessions systemd-update-utmp systemd-update-utmp-runlevel systemd-networkd-wait-online \
  systemd-network-generator systemd-pcrphase systemd-pcrphase-sysinit systemd-pstore modprobe@drm.service \
  modprobe@configfs.service modprobe@fuse.service dev-hugepages.mount sys-kernel-debug.mount sys-kernel-tracing.mount \
  alsa-restore alsa-state e2scrub_all.timer e2scrub_reap dpkg-db-backup.timer
systemctl --root "$tree" --quiet enable systemd-networkd systemd-resolved systemd-timesyncd nftables rauc \
  parley-ports.service parley-ports.path parley-reboot.path confirm-deadline.timer softdog dahdi
systemctl --root "$tree" --quiet set-default multi-user.target
ln -sf /run/systemd/resolve/resolv.conf "$tree/etc/resolv.conf"
: > "$tree/etc/machine-id"
touch -d "@$SOURCE_DATE_EPOCH" "$tree/usr/lib/clock-epoch"
rm -rf "$tree"/var/* "$tree"/etc/*- "$tree"/etc/apt "$tree"/tmp/* "$tree"/run/* "$tree"/boot/*
mkdir -p "$tree"/var/lib/parley "$tree"/var/lib/systemd/timesync
