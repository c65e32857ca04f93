#!/usr/bin/env bash
# What the guest does: loads the drivers and runs every test/hardware/*.test.ts, or those that $only says, which comes
# from the kernel's command line.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
cd "$(dirname "$0")/../.."
ln -s /proc/self/fd /dev/fd
echo "the guest is up after $(cut -d' ' -f1 /proc/uptime) s"
scripts/hardware/dahdi.sh up && modprobe -a snd-aloop evdev uinput && node scripts/run-tests.mjs "test/hardware/${only:-}"
