import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { RateBucket, RateCount } from '../../core/protection/index.ts';
import { bucketKey } from './bucket-key.ts';

/**
 * Counts one request in every key, or in none of them where one is full.
 *
 * A key is always written together with its end, so there is none without: one
 * that is found without (somebody else's doing) gets a whole window. Where the
 * caller knows of more requests than Redis does, Redis was emptied, and takes
 * over what the caller knows.
 *
 * Per key four numbers: limit, window in milliseconds, the count that the
 * caller knows of and in how many milliseconds that one ends. Answers 1 or 0
 * (counted or not), then per key its count and in how many milliseconds it
 * ends or would end. Runs on Redis 6 and later.
 */
const COUNT_SCRIPT = `
local allowed = 1
local found = {}
for i, key in ipairs(KEYS) do
  local limit, window = tonumber(ARGV[4 * i - 3]), tonumber(ARGV[4 * i - 2])
  local known, ends = tonumber(ARGV[4 * i - 1]), tonumber(ARGV[4 * i])
  local stored = tonumber(redis.call('GET', key) or 0)
  local left = redis.call('PTTL', key)
  local count = math.max(stored, known)
  local isStale = count > stored or left == -1
  if left == -2 and known > 0 then left = ends end
  if left < 0 then left = window end
  if count >= limit then allowed = 0 end
  found[i] = { count = count, left = math.max(left, 1), isStale = isStale }
end
local answer = { allowed }
for i, key in ipairs(KEYS) do
  local count = found[i].count + allowed
  if allowed == 1 or found[i].isStale then
    redis.call('SET', key, count, 'PX', found[i].left)
  end
  answer[2 * i] = count
  answer[2 * i + 1] = found[i].left
end
return answer
`;

const COUNT_SHA = createHash('sha1').update(COUNT_SCRIPT).digest('hex');

/** What Redis says of one request: whether it was counted, and how its buckets stand now. */
export type CountAnswer = Readonly<{ isAllowed: boolean; counts: readonly RateCount[] }>;

/** One request to be counted. `known`: what the caller knows of its buckets, in their order. */
export type CountRequest = Readonly<{
  group: string;
  buckets: readonly RateBucket[];
  known: readonly RateCount[];
}>;

/** Counts a request in one atomic step on the server. Rejects with whatever the driver or the server says. */
export async function countRequest(redis: Redis, request: CountRequest): Promise<CountAnswer> {
  const parameters = parametersOf(request);
  const { length } = request.buckets;
  const answer = await redis.evalsha(COUNT_SHA, length, ...parameters).catch((error: unknown) => {
    if (!isUnknownScript(error)) throw error;
    return redis.eval(COUNT_SCRIPT, length, ...parameters);
  });
  return readAnswer(answer, length);
}

function parametersOf({ group, buckets, known }: CountRequest): readonly (string | number)[] {
  const keys = buckets.map(({ key }) => bucketKey(group, key));
  const numbers = buckets.flatMap(({ limit, windowSeconds }, index) => {
    const { count, endsInMs } = known[index] ?? { count: 0, endsInMs: 0 };
    return [limit, windowSeconds * 1000, count, endsInMs];
  });
  return [...keys, ...numbers];
}

function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT');
}

/** @throws {TypeError} an answer that the script does not give: whoever spoke is not the Redis we know */
function readAnswer(answer: unknown, bucketCount: number): CountAnswer {
  const numbers = Array.isArray(answer) ? answer.filter((each) => typeof each === 'number') : [];
  if (numbers.length !== 1 + 2 * bucketCount) throw new TypeError('Redis gave an answer that means nothing');
  const [isAllowed, ...rest] = numbers;
  const counts = Array.from({ length: bucketCount }, (_, index) => ({
    count: rest[2 * index] ?? 0,
    endsInMs: rest[2 * index + 1] ?? 0,
  }));
  return { isAllowed: isAllowed === 1, counts };
}
