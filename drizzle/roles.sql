-- The three roles of Gatehouse, for staging and production. Run it once for
-- each database that Gatehouse is to use, connected to that database, as a
-- superuser or as its owner with CREATEROLE:
--
--   { echo "\set owner_password '…'"; echo "\set app_password '…'"; echo "\set system_password '…'";
--     cat drizzle/roles.sql; } | psql -qX -d gatehouse
--
-- so that no password stands in a list of processes.
--
-- gatehouse_owner migrates and owns the schema, gatehouse_app serves, and
-- gatehouse_system runs the jobs over all tenants. None is a superuser, and
-- none bypasses row-level security: that is what CREATE ROLE makes, and what
-- every process checks when it starts.
\set ON_ERROR_STOP on

SELECT format('CREATE ROLE %I LOGIN', name)
FROM unnest(ARRAY['gatehouse_owner', 'gatehouse_app', 'gatehouse_system']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec

ALTER ROLE gatehouse_owner PASSWORD :'owner_password';
ALTER ROLE gatehouse_app PASSWORD :'app_password';
ALTER ROLE gatehouse_system PASSWORD :'system_password';

-- Deadlines that come along with each login (a start-up parameter would not pass a PgBouncer).
ALTER ROLE gatehouse_app SET statement_timeout = '750ms';
ALTER ROLE gatehouse_app SET idle_in_transaction_session_timeout = '10s';
ALTER ROLE gatehouse_system SET statement_timeout = '3s';
ALTER ROLE gatehouse_system SET idle_in_transaction_session_timeout = '10s';

SELECT format('GRANT CONNECT, CREATE ON DATABASE %I TO gatehouse_owner', current_database()) \gexec
SELECT format('GRANT CONNECT ON DATABASE %I TO gatehouse_app, gatehouse_system', current_database()) \gexec
