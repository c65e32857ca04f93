#!/usr/bin/env bash
# dahdi.sh up|down: loads DAHDI with two spans of 8 channels, wired to each other channel by channel, or takes all of it
# out again. Channels 1 to 5 have phones, which are played on 9 to 13; 6 to 8 have exchange lines, played on 14 to 16.
set -euo pipefail
export LC_ALL=C
case $1 in
  up)
    modprobe dahdi auto_assign_spans=1
    modprobe -a dahdi_dynamic_loc dahdi_echocan_mg2
    cat > /tmp/system.conf <<'CONF'
dynamic=loc,1:0,8,0
dynamic=loc,1:1,8,0
fxoks=1-5,14-16
fxsks=6-8,9-13
echocanceller=mg2,5,8
loadzone=us
defaultzone=us
CONF
    dahdi_cfg -c /tmp/system.conf
    ;;
  down)
    # As a card that is pulled out, whoever has its channels open; the spans can be destroyed only then.
    for card in /sys/bus/dahdi_devices/devices/*; do echo 1 > "$card/unassign_span"; done
    dahdi_cfg -c /tmp/system.conf -s || true # it says 1, and has done it
    modprobe -r dahdi_echocan_mg2 dahdi_dynamic_loc dahdi_dynamic dahdi
    ;;
esac
