#!/bin/sh
# Makes a certificate authority for one cluster, if there is none yet, and the certificate of a node.
#
#   certificates.sh DIRECTORY NODE_ID NAMES
#
# NAMES are those at which the others reach the node (cluster.advertisedHost, or cluster.host), as openssl writes them:
# IP:10.0.0.3 or DNS:c.example.com, several with commas. Needs openssl 1.1.1 or newer. ca.key.pem makes nodes: keep it where no
# node runs.
set -eu

if [ $# -ne 3 ]; then
  sed -n '2,8s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
directory=$1
node=$2
names=$3
umask 077
mkdir -p "$directory"
cd "$directory"

if [ ! -f ca.key.pem ]; then
  openssl ecparam -name prime256v1 -genkey -noout -out ca.key.pem
  openssl req -x509 -new -key ca.key.pem -subj "/CN=Millrace cluster" -days 3650 -out ca.pem
fi

# A new key each time; the old files are replaced only when both new ones are there.
openssl ecparam -name prime256v1 -genkey -noout -out "node-$node.key.new"
openssl req -new -key "node-$node.key.new" -subj "/CN=node-$node" -out "node-$node.csr"
printf 'subjectAltName=URI:millrace:node/%s,%s\nextendedKeyUsage=serverAuth,clientAuth\n' "$node" "$names" > "node-$node.ext"
openssl x509 -req -in "node-$node.csr" -CA ca.pem -CAkey ca.key.pem -CAcreateserial -days 365 -extfile "node-$node.ext" \
  -out "node-$node.new" 2> openssl.log || { cat openssl.log >&2; exit 1; }
rm -f "node-$node.csr" "node-$node.ext" openssl.log
mv "node-$node.key.new" "node-$node.key.pem"
mv "node-$node.new" "node-$node.pem"
