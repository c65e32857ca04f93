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

# recorded NAME FILE...: the recordings one after the other
recorded() {
  local name=$1 parts=()
  shift
  for file in "$@"; do
    ffmpeg -loglevel error -y -f g722 -i "$voice/$file.g722" -ar 16000 -ac 1 "$work/${file//\//-}.wav"
    parts+=("$work/${file//\//-}.wav")
  done
  sox "${parts[@]}" "$work/$name.joined.wav"
  finish "$name" "$work/$name.joined.wav"
}

# spoken NAME TEXT: festival says what was never recorded
spoken() {
  printf '%s' "$2" | text2wave -eval '(voice_cmu_us_slt_arctic_hts)' -F 16000 -o "$work/$1.spoken.wav"
  finish "$1" "$work/$1.spoken.wav"
}

# also NAME TEXT FILE...: recordings, then a spoken sentence
also() {
  local name=$1 text=$2 parts=()
  shift 2
  for file in "$@"; do
    ffmpeg -loglevel error -y -f g722 -i "$voice/$file.g722" -ar 16000 -ac 1 "$work/$file.wav"
    parts+=("$(level "$work/$file.wav")")
  done
  printf '%s' "$text" | text2wave -eval '(voice_cmu_us_slt_arctic_hts)' -F 16000 -o "$work/$name.spoken.wav"
  sox "${parts[@]}" "$(level "$work/$name.spoken.wav")" "$work/$name.joined.wav"
  finish "$name" "$work/$name.joined.wav"
}

# level FILE: a copy with its silence trimmed, at -22 dBFS, no peak over -3 dBFS; prints its name
level() {
  local trimmed=${1%.wav}.trimmed.wav levelled=${1%.wav}.levelled.wav
  sox "$1" "$trimmed" silence 1 0.02 0.3% reverse silence 1 0.02 0.3% reverse pad 0.05 0.1
  local rms peak gain
  rms=$(sox "$trimmed" -n stats 2>&1 | awk '/^RMS lev dB/ {print $4}')
  peak=$(sox "$trimmed" -n stats 2>&1 | awk '/^Pk lev dB/ {print $4}')
  gain=$(awk -v rms="$rms" -v peak="$peak" 'BEGIN { a = -22 - rms; b = -3 - peak; print (a < b ? a : b) }')
  sox -R "$trimmed" "$levelled" gain "$gain"
  printf '%s' "$levelled"
}

finish() {
  local levelled
  levelled=$(level "$2")
  sox -R -D "$levelled" -b 16 "$out/16k/$1.wav"
  sox -R -D "$levelled" -b 16 -r 8000 "$out/8k/$1.wav"
}

recorded enter-conference-number conf-getconfno
recorded enter-pin conf-getpin astcc-followed-by-the-pound-key
also enter-pin-or-none 'If there is none, just press pound.' conf-getpin astcc-followed-by-the-pound-key
recorded invalid-pin conf-invalidpin
recorded conference-full conf-full
recorded only-person conf-onlyperson
recorded goodbye vm-goodbye
spoken new-conference 'This is a new conference. Its number is:'
for digit in 0 1 2 3 4 5 6 7 8 9; do recorded "digit-$digit" "digits/$digit"; done

node scripts/make-hold-music.mjs "$out/16k/hold-music.wav"
sox -R -D "$out/16k/hold-music.wav" -r 8000 "$out/8k/hold-music.wav"
