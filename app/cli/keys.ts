import { Command } from 'commander';
import { OPERATOR } from '../../core/audit/index.ts';
import type { Reencrypted } from '../../core/installation/index.ts';
import { NO_REQUEST } from '../../core/kernel/request-context.ts';
import type { ListedKey, Rotation, SigningKeyRecord } from '../../core/tokens/index.ts';
import { createReencryption } from '../key-job.ts';
import { print, table } from './output.ts';
import { withServices, withSystemServices } from './workspace.ts';

const HEADINGS = ['KID', 'ALGORITHM', 'STATE', 'SINCE', 'UNTIL'];
const BY = { actor: OPERATOR, context: NO_REQUEST };

type JsonOption = Readonly<{ json?: boolean }>;

/** `keys list`, `keys rotate`, `keys retire` and `keys reencrypt`. */
export function keysCommand(): Command {
  const keys = new Command('keys').description('Looks after the keys that sign access tokens');
  keys
    .command('list')
    .description('List all signing keys, the newest first')
    .option('--json', 'print one JSON object')
    .action(listKeys);
  keys
    .command('rotate')
    .description('Have the next key sign as soon as everybody who verifies tokens can know it')
    .option('--immediately', 'at once, whoever may not know it yet')
    .option('--json', 'print one JSON object')
    .action(rotateKeys);
  keys
    .command('retire <kid>')
    .description('End a key at once: whatever it has signed is refused')
    .option('--json', 'print one JSON object')
    .action(retireKey);
  keys
    .command('reencrypt')
    .description('Seal everything anew that is stored under an older value of SECRET_KEY')
    .option('--json', 'print one JSON object')
    .action(reencrypt);
  return keys;
}

async function listKeys({ json = false }: JsonOption): Promise<void> {
  const listed = await withServices(({ services }) => services.signingKeys.list());
  print(json, { data: listed.map(keyBody) }, table(HEADINGS, listed.map(cellsOf)));
}

async function rotateKeys({
  immediately = false,
  json = false,
}: JsonOption & Readonly<{ immediately?: boolean }>): Promise<void> {
  const rotation = await withServices(({ services }) => services.signingKeys.rotate({ immediately }, BY));
  const { active, next, activatesAt } = rotation;
  print(json, { active, next, activates_at: activatesAt.toISOString() }, textOf(rotation));
}

function textOf({ active, next, activatesAt, hasRotated }: Rotation): string {
  return hasRotated
    ? `${active} signs since ${activatesAt.toISOString()}`
    : `${next} signs within a minute of ${activatesAt.toISOString()}; until then ${active} does`;
}

async function retireKey(kid: string, { json = false }: JsonOption): Promise<void> {
  const { key, ...record } = await withServices(({ services }) => services.signingKeys.retire(kid, BY));
  const ended = `${kid} verifies nothing since ${record.expiresAt?.toISOString()}`;
  print(json, keyBody({ ...record, key, activatesAt: null }), ended);
}

async function reencrypt({ json = false }: JsonOption): Promise<void> {
  const { signingKeys, mails } = await withSystemServices(({ services, systemPool }) =>
    createReencryption(services, systemPool)(BY),
  );
  print(json, { signing_keys: signingKeys, mails }, toldOf({ signingKeys, mails }));
  const left = signingKeys.left + mails.left;
  // So that nobody goes on to take the old value away.
  if (left > 0)
    throw new Error(
      `${left} are still under an older value: in use at this moment, or under a value that is not at hand`,
    );
}

function toldOf({ signingKeys, mails }: Reencrypted): string {
  return `Signing keys sealed anew: ${signingKeys.resealed}, mails: ${mails.resealed}`;
}

type ToldKey = Omit<SigningKeyRecord, 'key'> & Pick<ListedKey, 'key' | 'activatesAt'>;

/** A key as the command line tells of it: nothing of its private half. */
function keyBody({ key, createdAt, activatesAt, activatedAt, retiredAt, expiresAt }: ToldKey) {
  const text = (instant: Date | null) => instant?.toISOString() ?? null;
  return {
    ...{ kid: key.kid, algorithm: key.algorithm, state: key.state },
    ...{ created_at: text(createdAt), activates_at: text(activatesAt), activated_at: text(activatedAt) },
    ...{ retired_at: text(retiredAt), expires_at: text(expiresAt) },
  };
}

/** Since when it is what it is, and until when. */
function cellsOf({ key, createdAt, activatesAt, activatedAt, retiredAt, expiresAt }: ListedKey): string[] {
  const [since, until] = {
    next: [createdAt, activatesAt],
    active: [activatedAt, null],
    retired: [retiredAt, expiresAt],
  }[key.state];
  return [key.kid, key.algorithm, key.state, since?.toISOString() ?? '-', until?.toISOString() ?? '-'];
}
