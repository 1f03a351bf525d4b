#!/bin/sh
# Starts the image's own entry point, once the key lies where Postgres takes it: it refuses one that anybody else may
# read, as a secret of compose is.
set -eu
umask 077
cp /run/secrets/postgres_key /tmp/postgres.key
exec docker-entrypoint.sh "$@"
