#!/usr/bin/env bash
# run.sh FOLDER: boots the guest of build-guest.sh, has it run the hardware tests, and passes if they do. While the guest
# is at work its time goes by the instructions it has carried out (-icount): however busy this machine is, what a driver
# brings is neither late nor lost for that.
set -euo pipefail
project=$(cd "$(dirname "$0")/../.." && pwd)
case $project in *[[:space:]]*) echo "hardware-test can't run: the path '$project' has a space" >&2; exit 1 ;; esac
timeout --foreground 1200 qemu-system-x86_64 -accel tcg,thread=single,tb-size=512 -icount shift=1 -rtc clock=vm -cpu max -m 1500 -no-reboot \
  -display none -monitor none -serial stdio -nic none -device virtio-rng-pci \
  -virtfs local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap \
  -kernel "$1/vmlinuz" -initrd "$1/initrd" \
  -append "console=ttyS0 quiet mitigations=off panic=-1 project=$project only=${ONLY:-}" </dev/null | tr -d '\r' | sed -u '/reboot: Power down/d' | tee "$1/log"
grep -Eq '^[1-9][0-9]* passed, 0 failed' "$1/log"
