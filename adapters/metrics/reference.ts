import { CATALOGUE, METRIC_GROUPS } from './catalogue.ts';
import {
  LIMIT_CLASSES,
  LIMIT_OUTCOMES,
  LOCK_KINDS,
  SIGN_IN_METHODS,
  SIGN_IN_OUTCOMES,
} from './protection.ts';
import { METHODS } from './requests.ts';

/** The text of `docs/reference/metrics.md`. */
export function renderMetricsReference(): string {
  const groups = METRIC_GROUPS.flatMap((group) => [`### ${group}`, renderTable(group)]);
  const parts = [INTRODUCTION, '## By what they tell of', ...groups, '## Labels', renderLabels(), WATCH];
  return `${parts.join('\n\n')}\n`;
}

const INTRODUCTION = `# Metrics

\`GET /metrics\` answers in the text format of Prometheus, on every process, whether it serves, waits for its
database or only runs jobs. The figures are those of one process: scrape each of them and add up.

Generated from \`adapters/metrics\` by \`npm run docs\`; a change by hand does not last.

**Who may read them.** With \`METRICS_USER\` and \`METRICS_PASS\` set, which staging and production demand, whoever
sends them as Basic authentication; anybody else gets 401 \`metrics_unauthorized\`. Without them, requests from
this very machine, and everybody else gets 404. No rate limit counts scrapes, and they are not redirected to https.

\`\`\`yaml
scrape_configs:
  - job_name: gatehouse
    basic_auth: { username: prometheus, password_file: /run/secrets/metrics_pass }
    static_configs: [{ targets: ['10.0.0.11:8080', '10.0.0.12:8080'] }]
\`\`\`

**Few series.** No label names a tenant, a user, an address or the path that somebody asked for. A scrape waits
300 ms for the outbox at most; a figure that is not to be had in time is left out of it, and all others come.`;

function renderTable(group: (typeof METRIC_GROUPS)[number]): string {
  const rows = Object.entries(CATALOGUE)
    .filter(([, metric]) => metric.group === group)
    .map(([name, { kind, labels, help }]) => {
      const labelled = labels.map((label) => `\`${label}\``).join(', ') || 'none';
      return `| \`${name}\` | ${kind} | ${labelled} | ${help}. |`;
    });
  return ['| metric | kind | labels | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

function renderLabels(): string {
  const closed = (values: readonly string[]) => values.map((value) => `\`${value}\``).join(', ');
  const rows = [
    ['`method` of requests', `${closed(METHODS)}, \`other\``],
    [
      '`route`',
      'The pattern of the route, such as `/auth/login`; `unmatched` for unknown paths, wrong methods and what is no HTTP',
    ],
    ['`status`', 'The status of the answer; `499` where the caller went away before there was one'],
    ['`method` of sign-ins', closed(SIGN_IN_METHODS)],
    ['`outcome` of sign-ins', closed(SIGN_IN_OUTCOMES)],
    ['`kind` of locks', closed(LOCK_KINDS)],
    ['`class` of rate limits', closed(LIMIT_CLASSES)],
    ['`outcome` of rate limits', closed(LIMIT_OUTCOMES)],
    ['`mode`', '`redis`, `local`'],
    ['`pool`', '`app` (requests), `system` (jobs)'],
  ].map((cells) => `| ${cells.join(' | ')} |`);
  return ['| label | values |', '| --- | --- |', ...rows].join('\n');
}

const WATCH = `## What to watch

| expression | says |
| --- | --- |
| \`sum(rate(http_requests_total{status=~"5.."}[5m])) / sum(rate(http_requests_total[5m])) > 0.01\` | More than one request in a hundred fails. |
| \`histogram_quantile(0.99, sum by (le) (rate(http_request_duration_seconds_bucket[5m]))) > 1\` | One request in a hundred takes more than a second. |
| \`rate(gatehouse_hash_queue_turned_away_total[5m]) > 0\` | More sign-ins than the processors can hash; callers are told to come again. With \`gatehouse_hash_queue_tenants_waiting\` at 1 it is one tenant's storm, and the others get in. |
| \`gatehouse_database_waiting > 0\` for minutes | The pool is too small for the load, or Postgres is slow. |
| \`gatehouse_mails_dead > 0\` | Mails that nobody will send until an operator looks. |
| \`gatehouse_mail_oldest_waiting_seconds > 900\` | Mail is not going out. |
| \`delta(gatehouse_mails_suppressed[1h]) > 20\` | Somebody tries to flood a mailbox. |
| \`gatehouse_rate_limit_mode{mode="local"} == 1\` where Redis is configured | Redis is away; limits are stricter, and counted by each process. |
| \`increase(gatehouse_locks_total[15m]) > 20\` | Somebody is trying passwords. |
| \`increase(gatehouse_log_lines_dropped_total[15m]) > 0\` | Nobody takes the log in time: lines are lost. |
| \`nodejs_eventloop_lag_p99_seconds > 0.05\` | Something blocks the event loop. |`;
