import { type Instruments, setCounter } from './instruments.ts';

/** How long a scrape waits for the outbox, in milliseconds. */
const BACKLOG_WAIT_MAX_MS = 300;

export type ConnectionFigures = Readonly<{ open: number; idle: number; max: number; waiting: number }>;
export type HashQueueFigures = Readonly<{
  running: number;
  waiting: number;
  tenantsWaiting: number;
  turnedAway: number;
}>;
export type MailBacklog = Readonly<{
  waiting: number;
  dead: number;
  suppressed: number;
  oldestWaitingSeconds: number;
}>;
/** `redis`: limits are counted over all processes; `local`: in this one. */
export type RateLimitMode = 'redis' | 'local';

/** Where a scrape finds the figures of backends. All but the backlog are in memory. */
export type BackendSources = Readonly<{
  /** By the name of the pool. */
  connections: Readonly<Record<string, () => ConnectionFigures>>;
  hashQueue(): HashQueueFigures;
  /** `null` where this process cannot look into the outbox. */
  mailBacklog: (() => Promise<MailBacklog>) | null;
  rateLimitMode(): RateLimitMode;
  /** Since the process began. */
  droppedLogLines(): number;
}>;

/** Brings the metrics of backends up to date. Never rejects, and takes 300 ms at most. */
export type RefreshBackends = () => Promise<void>;

export function createBackendMetrics(instruments: Instruments, sources: BackendSources): RefreshBackends {
  const refreshConnections = connectionMetrics(instruments, sources.connections);
  const refreshHashQueue = hashQueueMetrics(instruments, sources.hashQueue);
  const refreshMails = mailMetrics(instruments, sources.mailBacklog);
  const mode = instruments.gauge('gatehouse_rate_limit_mode');
  const droppedLines = instruments.counter('gatehouse_log_lines_dropped_total');
  return async () => {
    refreshConnections();
    refreshHashQueue();
    for (const each of ['redis', 'local']) mode.set({ mode: each }, each === sources.rateLimitMode() ? 1 : 0);
    setCounter(droppedLines, sources.droppedLogLines());
    await refreshMails();
  };
}

function connectionMetrics({ gauge }: Instruments, pools: BackendSources['connections']) {
  const gauges = {
    open: gauge('gatehouse_database_connections'),
    idle: gauge('gatehouse_database_connections_idle'),
    max: gauge('gatehouse_database_connections_max'),
    waiting: gauge('gatehouse_database_waiting'),
  };
  return (): void => {
    for (const [pool, figuresOf] of Object.entries(pools)) {
      const { open, idle, max, waiting } = figuresOf();
      gauges.open.set({ pool }, open);
      gauges.idle.set({ pool }, idle);
      gauges.max.set({ pool }, max);
      gauges.waiting.set({ pool }, waiting);
    }
  };
}

function hashQueueMetrics({ gauge, counter }: Instruments, figuresOf: BackendSources['hashQueue']) {
  const gauges = {
    running: gauge('gatehouse_hash_queue_running'),
    waiting: gauge('gatehouse_hash_queue_waiting'),
    tenantsWaiting: gauge('gatehouse_hash_queue_tenants_waiting'),
  };
  const turnedAwayTotal = counter('gatehouse_hash_queue_turned_away_total');
  return (): void => {
    const { running, waiting, tenantsWaiting, turnedAway } = figuresOf();
    gauges.running.set(running);
    gauges.waiting.set(waiting);
    gauges.tenantsWaiting.set(tenantsWaiting);
    setCounter(turnedAwayTotal, turnedAway);
  };
}

function mailMetrics({ gauge }: Instruments, backlog: BackendSources['mailBacklog']) {
  const gauges = {
    waiting: gauge('gatehouse_mails_waiting'),
    dead: gauge('gatehouse_mails_dead'),
    suppressed: gauge('gatehouse_mails_suppressed'),
    oldest: gauge('gatehouse_mail_oldest_waiting_seconds'),
  };
  const read = backlog && atMostOneAtATime(backlog);
  return async (): Promise<void> => {
    const found = read && (await withinTime(read(), BACKLOG_WAIT_MAX_MS));
    if (found) {
      gauges.waiting.set(found.waiting);
      gauges.dead.set(found.dead);
      gauges.suppressed.set(found.suppressed);
      gauges.oldest.set(found.oldestWaitingSeconds);
      return;
    }
    // A figure that nobody knows is left out: a 0 would say that all is well.
    for (const each of Object.values(gauges)) each.remove();
  };
}

/** However often it is asked, a backend that hangs is held by one question. */
function atMostOneAtATime<T>(read: () => Promise<T>): () => Promise<T> {
  let underWay: Promise<T> | null = null;
  return () => {
    underWay ??= Promise.resolve()
      .then(read)
      .finally(() => {
        underWay = null;
      });
    return underWay;
  };
}

/** What `promise` comes to, or `null` where it rejects or takes longer. */
async function withinTime<T>(promise: Promise<T>, waitMaxMs: number): Promise<T | null> {
  let deadline: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    deadline = setTimeout(() => resolve(null), waitMaxMs);
  });
  return Promise.race([promise.catch(() => null), late]).finally(() => clearTimeout(deadline));
}
