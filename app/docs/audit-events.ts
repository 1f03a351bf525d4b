import { AUDIT_EVENT_TYPES } from '../../core/audit/index.ts';
import { page, table } from './markdown.ts';

/** The text of `docs/reference/audit-events.md`. */
export function renderAuditEvents(): string {
  const opening = {
    title: 'Audit events',
    says: 'An event tells what was done, by whom, to what and with what outcome, and it is written in the transaction of the deed. Here is every type that this release records: a deed that is not here leaves no event.',
    source: '`core/audit/event-types.ts`',
  };
  const types = Object.entries(AUDIT_EVENT_TYPES).sort(([left], [right]) => (left < right ? -1 : 1));
  const categories = [...new Set(types.map(([, { category }]) => category))].sort();
  return page(opening, [
    EVENTS,
    ...categories.flatMap((category) => {
      const ofIt = types.filter(([, description]) => description.category === category);
      const rows = ofIt.map(([type, { severity, description, data }]) => {
        return [`\`${type}\``, severity, `${description}.`, dataOf(data)];
      });
      return [`## \`${category}\``, table(['type', 'severity', 'when', '`data`'], rows)];
    }),
    READING,
  ]);
}

const EVENTS = `An event has \`type\`, \`category\`, \`severity\`, \`outcome\` (\`success\` or \`failure\`), an actor and a target (each a
type and an id), a time and the id of the request. The actor is a \`user\`, an \`operator\` at the command line, the
\`system\`, or \`anonymous\`: whoever has not shown who they are. \`data\` holds no secret and nothing personal; network
address, user agent and mail addresses stand apart from the event, so that they can be erased without changing it.

Severities are \`info\`, \`notice\`, \`warning\` and \`critical\`. \`access.denied\` is written once at most for one actor, route
and minute. A refresh that succeeds, and reading, are no events.`;

const READING = `## Reading them

Each tenant has its own events; the life of the tenants themselves is told in the tenant \`platform\`. No route of this
release shows them and none are sealed yet: an operator reads the table \`gatehouse.audit_events\`, and for network
address, user agent and addresses \`gatehouse.audit_personal\`. They are kept for \`AUDIT_RETENTION_MONTHS\`
([Configuration](configuration.md)), in partitions of a month. The role that serves requests can add events and neither
change nor remove any.`;

function dataOf(data: Readonly<Record<string, string>>): string {
  const fields = Object.entries(data).map(([name, text]) => `\`${name}\`: ${text}`);
  return fields.join('. ') || 'nothing';
}
