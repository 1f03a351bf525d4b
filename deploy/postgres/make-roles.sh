#!/bin/sh
# Runs once, when the database is made: the three roles, with the passwords of the secrets. psql reads those itself, so
# that they stand in no list of processes.
set -eu
psql --no-psqlrc --quiet --username postgres --dbname gatehouse <<'SQL'
\set ON_ERROR_STOP on
\set owner_password `cat /run/secrets/postgres_owner_password`
\set app_password `cat /run/secrets/postgres_app_password`
\set system_password `cat /run/secrets/postgres_system_password`
\i /etc/gatehouse/roles.sql
SQL
