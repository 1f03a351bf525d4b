/** What `docs/reference/configuration.md` says before its tables. */
export const REFERENCE_INTRODUCTION = `# Configuration

Gatehouse is configured by environment variables and by nothing else. In development each has a working
default and no service is needed.

Generated from \`config/variables\` by \`npm run docs\`; a change by hand does not last.

An empty value counts as none. A name that is not listed here is ignored.
\`npm run --silent cli -- config check\` tells every problem at once, with a reason and an example.

**\`.env\`.** A \`.env\` in the working directory is read too; what the process's own environment holds wins, even
when it is empty. With \`ENVIRONMENT=test\` in the process's environment it is not read. \`.env.example\` lists
every variable.

**Secrets from files.** Each secret is also read from the file that \`NAME_FILE\` names, as secret managers and
container platforms mount it: \`SECRET_KEY_FILE=/run/secrets/secret_key\`. One newline at the end is not part of
the value. To set both, or to name a file that is empty or cannot be read, is a problem. No message holds a
value; only a file's path is named.

**TLS to PostgreSQL** is \`DATABASE_SSL\`'s matter. \`sslmode\` and \`ssl\` are taken out of the URLs: where
\`DATABASE_SSL\` is not set they may ask for more than its default and never for less, and where it is set they
must not ask for more. \`sslrootcert\` is refused (use \`DATABASE_CA\`), and so are client certificates.

**TLS to Redis** is what \`rediss://\` in \`REDIS_URL\` says; its certificate is checked, against \`REDIS_CA\` where
that is set. Staging and production take a \`redis://\` URL only together with \`REDIS_TLS=disable\`, and a password
always.

**Behind a proxy**, \`TRUST_PROXY\` says whose \`X-Forwarded-For\` and \`X-Forwarded-Proto\` are believed:
[Behind a proxy](../guides/behind-a-proxy.md).

**\`CORS_ORIGINS\`** takes no \`*\` in any environment: in development too, name the origin of your page.`;

/** What it says after them. */
export const REFERENCE_EPILOGUE = `A command reads no more than it uses: \`migrate\` and \`healthcheck\` pass over a variable that is none of theirs,
even a wrong one. \`config generate-secret\` and \`audit verify --file\` read nothing. The commands \`user\`
and \`audit\` come with later releases; those that are there are told in [Command line](cli.md).

## Deliberately not

These are not settings. They are ignored, not refused, so that they may stand in an environment that other
programs share.

| not | instead |
| --- | --- |
| \`DEBUG\` | \`LOG_LEVEL=debug\` |
| \`DEFAULT_ADMIN_PASSWORD\` | the one-time link that the first start prints, or \`cli admin create\` |
| \`JWT_SECRET\`, \`JWT_SECRET_KEY\` | \`SECRET_KEY\`; access tokens are signed with key pairs that Gatehouse makes itself |
| \`JWT_EXPIRE_MINUTES\`, \`JWT_ACCESS_TOKEN_EXPIRES\` | \`ACCESS_TOKEN_EXPIRE_MINUTES\` |
| \`APP_MODE\` | \`ENVIRONMENT\` |
| \`SQLALCHEMY_DATABASE_URI\` | \`DATABASE_URL\` |
| \`JWT_HEADER_NAME\`, \`JWT_HEADER_TYPE\` | \`Authorization: Bearer\` (RFC 6750), always |
| lists of CORS methods and headers | the routes decide; \`CORS_ORIGINS\` says who may ask |
| 30-minute access tokens outside production | 15 minutes everywhere, so that what is tried is what will run; \`ACCESS_TOKEN_EXPIRE_MINUTES\` where you want another |
| backup codes before MFA is proved | they come with the first proved code |
| the error code \`http_error\` | every error has its own code |
| paths of other texts, such as \`/api/v1/users/login\` and \`/api/v1/chat\` | \`POST /auth/login\`; the others belong to the example application that uses Gatehouse |`;
