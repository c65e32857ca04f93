#!/bin/sh
# keys.sh FOLDER: makes the keys that updates are signed with, unless they are there: an authority, whose certificate is in
# every box, and a signer, whose key stays with who makes updates. Made here they are for development: keep real ones apart.
set -eu
[ ! -e "$1/signer.key.pem" ] || exit 0
mkdir -p "$1"
chmod 700 "$1"
new="-newkey rsa:3072 -noenc -days 7300"
openssl req -x509 $new -subj "/O=Parley/CN=updates" -keyout "$1/authority.key.pem" -out "$1/authority.cert.pem" 2>/dev/null
openssl req -x509 $new -subj "/O=Parley/CN=signer" -CA "$1/authority.cert.pem" -CAkey "$1/authority.key.pem" \
  -addext basicConstraints=CA:FALSE -keyout "$1/signer.key.pem" -out "$1/signer.cert.pem" 2>/dev/null
echo "made keys for development in $1"
