import type { Story } from './story.ts';

/** What an operator does once it runs. */
export const RUNNING: readonly Story[] = [
  {
    can: 'restore a backup on a new server, where people sign in and sessions and tokens go on',
    soThat: 'a lost database is not the end',
    capability: 'Backup and restore',
    tests: {
      'tests/e2e/operations/backup-restore.test.ts': [
        'a backup > brings back on a new server sign-in, sessions, tokens, keys, policies, grants and owners',
        'a backup > is worth nothing without its SECRET_KEY: the start is refused with 1, and nothing is made',
      ],
    },
  },
  {
    can: 'put a new `SECRET_KEY` beside the old one, and then before it',
    soThat:
      'no process refuses what another has issued, and none starts with a key that does not open what is stored',
    tests: {
      'tests/e2e/operations/guide.test.ts': [
        'the production guide > rotates SECRET_KEY in two steps, between which no process refuses what another has issued, and takes the old one away',
      ],
      'tests/e2e/refusals.test.ts': [
        'does not start with a key that cannot open what the database holds, and makes nothing new',
      ],
    },
  },
  {
    can: 'seal everything anew under a new `SECRET_KEY` while the service runs, and take the old one away',
    soThat: 'a value that somebody has seen opens nothing any more',
    tests: {
      'tests/e2e/keys-command.test.ts': [
        'seals everything anew beside a running server, after which one starts that knows the new SECRET_KEY alone',
        'fails while something is left that no value at hand opens, and says how much',
      ],
      'tests/http/operations/key-rotation.test.ts': [
        'the worker > seals keys and mails anew under a new SECRET_KEY, after which nobody needs the old one',
        'a process whose SECRET_KEY does not open the active key > goes on with every session and with JWKS, signs nothing, and says so once',
      ],
    },
  },
  {
    can: 'leave the rotation of signing keys to the service, ask for one, or end a key that leaked',
    soThat: 'nobody is signed out by the one, and nobody gets in by the other',
    capability: 'Rotation of signing keys',
    tests: {
      'tests/http/operations/key-rotation.test.ts': [
        'the worker > publishes the next key, lets it sign when it is due, and forgets the old one when that verifies no more',
        'a rotation of the signing key > signs nobody out: tokens of the old key are good, and new ones are of the new key',
      ],
      'tests/e2e/keys-command.test.ts': [
        'ends a key for two running servers within a second, rotates it, and tells of all of them',
      ],
      'tests/e2e/operations/guide.test.ts': [
        'the production guide > rotates the signing key, and ends one that is compromised, by the runbooks',
      ],
    },
  },
  {
    can: 'ask whether a process lives, may be sent requests, and how its backends are',
    soThat: 'a balancer sends people where they are served',
    capability: 'Probes',
    routes: ['GET /live', 'GET /ready', 'GET /health'],
    tests: {
      'tests/http/operations/probes.test.ts': ['answers 200 and nothing more than it says'],
      'tests/http/readiness.test.ts': [
        'while the database is away and its host would %s > only /ready and /health say so, and keys and pages come as ever',
      ],
      'tests/http/operations/health.test.ts': ['GET /health > is %i %s where the backends are %j'],
    },
  },
  {
    can: 'let Prometheus scrape each process, by the alerts that are shipped, and nobody else read its figures',
    soThat: 'I see trouble before my users do',
    capability: 'Prometheus metrics',
    routes: ['GET /metrics'],
    tests: {
      'tests/http/operations/metrics.test.ts': [
        '200 > answers as Prometheus reads it, and nobody keeps it',
        'with METRICS_USER and METRICS_PASS > refuses %s with 401 and says how to ask, from this machine too',
        'without METRICS_USER and METRICS_PASS > is not there for anybody else, whatever they say of themselves: %s',
      ],
      'tests/e2e/operations/alert-rules.test.ts': [
        'the alert $alert asks for metrics and labels that there are',
        'covers every metric by which the reference tells what to watch',
      ],
    },
  },
  {
    can: 'put it behind a proxy, and have the address of the client told by that proxy alone',
    soThat: 'limits and the audit log are about the right person',
    capability: 'Behind a proxy',
    tests: {
      'tests/http/conventions/client-address.test.ts': [
        'the address of a request > is the one %s',
        'a forwarded header of a stranger > is warned of once in the life of the process: %s',
      ],
      'tests/http/conventions/https-redirect.test.ts': [
        'GET and HEAD that came over http > are redirected to the same path of PUBLIC_URL: %s',
      ],
    },
  },
  {
    can: 'run several processes that share limits and locks, and lose Redis at any moment',
    soThat: 'a guesser gains nothing by it, and nobody waits',
    tests: {
      'tests/e2e/two-processes.test.ts': [
        'two processes over one database and one Redis > share each limit',
        'two processes over one database and one Redis > share a lock, which survives a restart of both and an emptied Redis',
      ],
      'tests/e2e/faults/redis-away.test.ts': [
        'costs nobody an answer, nor a second, whether it is emptied, stands still or is killed',
        'leaves limits as they are or makes them stricter, and every lock where it is',
      ],
    },
  },
  {
    can: 'restart Postgres under load, or start the service before it',
    soThat: 'nothing that was acknowledged is lost, and nobody has to start anything again',
    tests: {
      'tests/e2e/faults/postgres-away.test.ts': [
        'loses nothing that it acknowledged when Postgres is stopped (%s) under load',
        'turns away within a second while Postgres stands still, and goes on when it does',
      ],
      'tests/e2e/faults/starting.test.ts': [
        'waits for a Postgres that is away, and serves as soon as it is there',
      ],
    },
  },
  {
    can: 'stop a process while it serves, or have it killed',
    soThat: 'requests under way are answered by the one, and nothing is left half done by the other',
    tests: {
      'tests/e2e/faults/stopping.test.ts': [
        'answers what is in flight as ever, takes no more, and ends with 0',
        'says first that it is not ready, and serves what still comes meanwhile, in staging',
      ],
      'tests/e2e/killed-while-registering.test.ts': [
        'leaves whole users or none when the server is killed while people register',
      ],
    },
  },
  {
    can: 'rely on a storm of sign-ins at one tenant leaving the others their turn',
    soThat: 'one application does not take the others down',
    tests: {
      'tests/e2e/login-storm.test.ts': [
        'answers a storm of right sign-ins with 200 or 503 within about a second, and everything else meanwhile',
        "lets another tenant's people in during one tenant's storm",
      ],
    },
  },
  {
    can: 'have mails sent over SMTP from an outbox that survives a kill',
    soThat: 'each is sent, and its link is erased when it was',
    capability: 'Mails by a transactional outbox',
    tests: {
      'tests/integration/smtp-outbox.test.ts': [
        'a mail of the outbox > is sent, noted as sent, and has no secret left',
        'a mail of the outbox > waits when the server %s, and is sent when another one takes it',
      ],
      'tests/e2e/mail-killed.test.ts': [
        'a mail of a server that is killed > before it was sent is sent once, by the next one',
      ],
    },
  },
  {
    can: 'see what became of each mail, try one again, and try the SMTP server',
    soThat: 'I can answer who says that no mail came',
    tests: {
      'tests/e2e/mail-command.test.ts': [
        'mail list and mail retry > tell what has become of each mail, and try one again',
        'mail test > sends a mail and tells what the server said',
        'mail test > tells why the server did not take it',
      ],
    },
  },
  {
    can: 'keep its log, which is JSON and holds no secret',
    soThat: 'whoever reads it learns no password, token or link',
    tests: {
      'tests/http/marker-secret.test.ts': ['afterwards > no log line holds any of them'],
      'tests/e2e/first-start.test.ts': [
        'writes JSON lines to stdout but for the banner, and never the token of a link or a password',
      ],
    },
  },
  {
    can: 'read the reference of every operation at `/docs`, or turn it off',
    soThat: 'it says what this very version does',
    tests: {
      'tests/http/operations/documents.test.ts': [
        'GET /docs > answers the rendered reference at %s',
        'with DOCS=off > neither the document nor the reference is there',
      ],
    },
  },
];
