#!/bin/sh
# Makes the secrets of a new Gatehouse in ./secrets; what is there already stays as it is.
# Only their owner can enter the folder. The files themselves can be read: containers see them as they are, and none is root.
set -eu
umask 022
mkdir -p -m 700 secrets

keep() {
    [ -s "secrets/$1" ] && return
    printf '%s' "$2" > "secrets/$1.new"
    mv "secrets/$1.new" "secrets/$1"
}

# Each in a line of its own, which ends everything where it fails.
admin=$(openssl rand -hex 24)
loader=$(openssl rand -hex 24)
reader=$(openssl rand -hex 24)
hash=$(openssl rand -hex 32)
vault=$(openssl rand -base64 32)
cookie=$(openssl rand -hex 32)

keep postgres_password "$admin"
keep database_url "postgresql://loader:$loader@postgres/gatehouse"
keep database_reader_url "postgresql://reader:$reader@postgres/gatehouse"
keep hash_key "$hash"
keep vault_key "$(printf %s "$vault" | tr '+/' '-_')"
keep cookie_secret "$cookie"
keep smtp_url ""
