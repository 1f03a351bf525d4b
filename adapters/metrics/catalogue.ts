type Entry = Readonly<{
  kind: 'counter' | 'gauge' | 'histogram';
  /** Which room of the reference it stands in. */
  group: (typeof METRIC_GROUPS)[number];
  labels: readonly string[];
  help: string;
}>;

/** The headings of the reference, in its order. */
export const METRIC_GROUPS = [
  'Requests',
  'Sign-in and protection',
  'Password hashing',
  'Database',
  'Mail',
  'Process',
] as const;

/**
 * Every metric that there is: what `/metrics` shows and what the reference explains.
 *
 * No label says who: no tenant, user or address. Each takes its values from a
 * closed list, so that the number of series does not grow with use.
 */
export const CATALOGUE = {
  http_requests_total: {
    kind: 'counter',
    group: 'Requests',
    labels: ['method', 'route', 'status'],
    help: 'Requests that came to their end; status 499 where the caller went away before the answer',
  },
  http_request_duration_seconds: {
    kind: 'histogram',
    group: 'Requests',
    labels: ['method', 'route', 'status'],
    help: 'How long requests took, from their headers to the last byte handed over',
  },
  gatehouse_sign_ins_total: {
    kind: 'counter',
    group: 'Sign-in and protection',
    labels: ['method', 'outcome'],
    help: 'Attempts to sign in, by how they ended',
  },
  gatehouse_locks_total: {
    kind: 'counter',
    group: 'Sign-in and protection',
    labels: ['kind'],
    help: 'Locks that too many wrong attempts brought about, by what was locked',
  },
  gatehouse_rate_limit_decisions_total: {
    kind: 'counter',
    group: 'Sign-in and protection',
    labels: ['class', 'outcome'],
    help: 'What the rate limits said of requests',
  },
  gatehouse_rate_limit_mode: {
    kind: 'gauge',
    group: 'Sign-in and protection',
    labels: ['mode'],
    help: '1 for where limits are counted now: in Redis, for all processes, or in this process alone',
  },
  gatehouse_hash_queue_running: {
    kind: 'gauge',
    group: 'Password hashing',
    labels: [],
    help: 'Password hashes that are being computed',
  },
  gatehouse_hash_queue_waiting: {
    kind: 'gauge',
    group: 'Password hashing',
    labels: [],
    help: 'Sign-ins and other password hashes that wait for a turn',
  },
  gatehouse_hash_queue_tenants_waiting: {
    kind: 'gauge',
    group: 'Password hashing',
    labels: [],
    help: 'Tenants that take turns in the queue: 1 in a storm means that it is a single tenant’s',
  },
  gatehouse_hash_queue_turned_away_total: {
    kind: 'counter',
    group: 'Password hashing',
    labels: [],
    help: 'Sign-ins and other password hashes that had no turn in time and were answered with 503',
  },
  gatehouse_database_connections: {
    kind: 'gauge',
    group: 'Database',
    labels: ['pool'],
    help: 'Open connections to Postgres',
  },
  gatehouse_database_connections_idle: {
    kind: 'gauge',
    group: 'Database',
    labels: ['pool'],
    help: 'Open connections that do nothing',
  },
  gatehouse_database_connections_max: {
    kind: 'gauge',
    group: 'Database',
    labels: ['pool'],
    help: 'How many connections may be open',
  },
  gatehouse_database_waiting: {
    kind: 'gauge',
    group: 'Database',
    labels: ['pool'],
    help: 'Requests that wait for a connection',
  },
  gatehouse_mails_waiting: {
    kind: 'gauge',
    group: 'Mail',
    labels: [],
    help: 'Mails in the outbox that are to be sent; absent where it could not be read',
  },
  gatehouse_mails_dead: {
    kind: 'gauge',
    group: 'Mail',
    labels: [],
    help: 'Mails that were given up and wait for an operator; absent where it could not be read',
  },
  gatehouse_mails_suppressed: {
    kind: 'gauge',
    group: 'Mail',
    labels: [],
    help: 'Mails of the last 30 days that were not sent, as their recipient had had too many within an hour; absent where it could not be read',
  },
  gatehouse_mail_oldest_waiting_seconds: {
    kind: 'gauge',
    group: 'Mail',
    labels: [],
    help: 'How long the oldest mail has waited; 0 where none waits, absent where it could not be read',
  },
  gatehouse_build_info: {
    kind: 'gauge',
    group: 'Process',
    labels: ['version', 'node_version'],
    help: 'Always 1; the labels say what runs',
  },
  gatehouse_log_lines_dropped_total: {
    kind: 'counter',
    group: 'Process',
    labels: [],
    help: 'Log lines that were dropped, as nobody took them in time',
  },
  process_start_time_seconds: {
    kind: 'gauge',
    group: 'Process',
    labels: [],
    help: 'When the process began, in seconds since 1970',
  },
  process_cpu_seconds_total: {
    kind: 'counter',
    group: 'Process',
    labels: [],
    help: 'Processor time that the process used',
  },
  process_resident_memory_bytes: {
    kind: 'gauge',
    group: 'Process',
    labels: [],
    help: 'Memory that the process holds',
  },
  nodejs_heap_size_used_bytes: {
    kind: 'gauge',
    group: 'Process',
    labels: [],
    help: 'JavaScript memory in use',
  },
  nodejs_heap_size_total_bytes: {
    kind: 'gauge',
    group: 'Process',
    labels: [],
    help: 'JavaScript memory that is set aside',
  },
  nodejs_eventloop_lag_mean_seconds: {
    kind: 'gauge',
    group: 'Process',
    labels: [],
    help: 'How late the event loop was since the last scrape, on average',
  },
  nodejs_eventloop_lag_p99_seconds: {
    kind: 'gauge',
    group: 'Process',
    labels: [],
    help: 'How late the event loop was at most in 99 of 100 looks since the last scrape',
  },
  nodejs_eventloop_lag_max_seconds: {
    kind: 'gauge',
    group: 'Process',
    labels: [],
    help: 'How late the event loop was at worst since the last scrape',
  },
  nodejs_eventloop_utilization: {
    kind: 'gauge',
    group: 'Process',
    labels: [],
    help: 'Which part of the time since the last scrape the event loop was busy, from 0 to 1',
  },
} as const satisfies Readonly<Record<string, Entry>>;

export type MetricName = keyof typeof CATALOGUE;

/** The metrics of one kind. */
export type MetricOf<Kind extends Entry['kind']> = {
  [Name in MetricName]: (typeof CATALOGUE)[Name]['kind'] extends Kind ? Name : never;
}[MetricName];
