#!/bin/sh
# Makes the secrets of a new Gatehouse in ./secrets; what is there already stays as it is.
# Only their owner can enter the folder. The files themselves can be read: containers see them as they are, and none is root.
set -eu
umask 022
mkdir -p -m 700 secrets

keep() {
    [ -e "secrets/$1" ] || printf '%s' "$2" > "secrets/$1"
}

keep postgres_password "$(openssl rand -hex 24)"
keep database_url "postgresql://loader:$(openssl rand -hex 24)@postgres/gatehouse"
keep database_reader_url "postgresql://reader:$(openssl rand -hex 24)@postgres/gatehouse"
keep hash_key "$(openssl rand -hex 32)"
keep vault_key "$(openssl rand -base64 32 | tr '+/' '-_')"
keep cookie_secret "$(openssl rand -hex 32)"
keep smtp_url ""
