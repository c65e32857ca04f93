#!/usr/bin/env bash
# Makes firmware/prompts/en/{16k,8k}/*.wav out of Debian packages:
#   apt-get install asterisk-core-sounds-en-g722 festival festvox-us-slt-hts ffmpeg sox
# The results are committed: the box and its tests need none of these.
set -euo pipefail
cd "$(dirname "$0")/.."

voice=/usr/share/asterisk/sounds/en_US_f_Allison
out=firmware/prompts/en
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$out/16k" "$out/8k"

# decoded FILE...: recordings as WAV files; prints their names
decoded() {
  for file in "$@"; do
    local wav="$work/${file//\//-}.wav"
    ffmpeg -loglevel error -y -f g722 -i "$voice/$file.g722" -ar 16000 -ac 1 "$wav"
    echo "$wav"
  done
}

# synthesised NAME TEXT: the text as a WAV file, said by festival; prints its name. Its voice is not free of offset.
synthesised() {
  printf '%s' "$2" | text2wave -eval '(voice_cmu_us_slt_arctic_hts)' -F 16000 -o "$work/$1.raw.wav"
  sox -R "$work/$1.raw.wav" "$work/$1.spoken.wav" highpass 60
  echo "$work/$1.spoken.wav"
}

# level FILE: a copy with its silence trimmed, speech at -22 dBFS, no peak over -3.5 dBFS; prints its name
level() {
  local trimmed=${1%.wav}.trimmed.wav levelled=${1%.wav}.levelled.wav rms peak gain
  sox -R "$1" "$trimmed" silence 1 0.02 0.3% reverse silence 1 0.02 0.3% reverse pad 0.05 0.08
  read -r _ _ rms peak _ < <(node scripts/make-prompts-level.mjs "$trimmed")
  gain=$(awk -v rms="$rms" -v peak="$peak" 'BEGIN { a = -22 - rms; b = -3.5 - peak; print (a < b ? a : b) }')
  sox -R "$trimmed" "$levelled" gain "$gain"
  echo "$levelled"
}

# prompt NAME FILE...: the files one after the other
prompt() {
  local name=$1 levelled
  shift
  sox "$@" "$work/$name.joined.wav"
  levelled=$(level "$work/$name.joined.wav")
  sox -R -D "$levelled" -b 16 "$out/16k/$name.wav"
  sox -R -D "$levelled" -b 16 -r 8000 "$out/8k/$name.wav"
}

recorded() {
  local name=$1 files
  shift
  mapfile -t files < <(decoded "$@")
  prompt "$name" "${files[@]}"
}

spoken() { prompt "$1" "$(synthesised "$1" "$2")"; }

recorded enter-conference-number conf-getconfno
recorded enter-pin conf-getpin astcc-followed-by-the-pound-key
prompt enter-pin-or-none "$out/16k/enter-pin.wav" "$(level "$(synthesised none 'If there is none, just press pound.')")"
recorded invalid-pin conf-invalidpin
recorded conference-full conf-full
recorded only-person conf-onlyperson
recorded goodbye vm-goodbye
recorded conference-locked conf-locked
recorded conference-locked-now conf-lockednow
recorded conference-unlocked-now conf-unlockednow
recorded muted conf-muted
recorded unmuted conf-unmuted
recorded removed conf-kicked
recorded recording-notice conf-now-recording
spoken recording-paused 'Recording is paused.'
spoken recording-stopped 'Recording has stopped.'
spoken line-taken 'A telephone line was taken for an emergency call.'
spoken new-conference 'This is a new conference. Its number is:'
for digit in 0 1 2 3 4 5 6 7 8 9; do recorded "digit-$digit" "digits/$digit"; done

node scripts/make-hold-music.mjs "$out/16k/hold-music.wav"
sox -R -D "$out/16k/hold-music.wav" -r 8000 "$out/8k/hold-music.wav"
