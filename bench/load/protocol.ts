/** One request as it goes over the line. */
export type LoadRequest = Readonly<{
  method: 'GET' | 'POST';
  path: string;
  headers: Readonly<Record<string, string>>;
  body?: string;
}>;

/** What a right answer looks like: anything else fails the run. */
export type Expectation = Readonly<{
  status: number;
  /** A piece of text that its body must hold. */
  holds: string;
  /** A status that says that there is too much to do: such answers are counted apart, and fail nothing. */
  turnedAway?: number;
}>;

/** What the connections of one part of a load send. Data alone, as it is sent to another process. */
export type Script = Readonly<{ expect: Expectation }> &
  (
    | Readonly<{
        /** Each connection sends its own request again and again: connection `i` the one at `i` modulo their number. */
        kind: 'repeat';
        requests: readonly LoadRequest[];
      }>
    | Readonly<{
        /** Each request carries a token that nobody has shown before. */
        kind: 'unseen';
        path: string;
        mint: TokenMint;
        /** How many to make in a second of load: more than any server here can take. */
        perSecond: number;
      }>
    | Readonly<{
        /** Each connection spends a refresh token, and the answer's token is its next. */
        kind: 'chain';
        /** Under which name the tokens are kept from one slice to the next. */
        chain: string;
        path: string;
        first: readonly string[];
        /** Headers and body with `%t` where the token goes. */
        headers: Readonly<Record<string, string>>;
        body: string;
        /** Which member of the answer holds the successor; `null`: the token stays. */
        successor: string | null;
      }>
    | Readonly<{
        /** Each request has a number of its own in place of `%n` in the body, from 0 up to `cycle` and again. */
        kind: 'numbered';
        /** Under which name the number is kept from one slice to the next. */
        counter: string;
        path: string;
        headers: Readonly<Record<string, string>>;
        body: string;
        cycle: number;
      }>
  );

/** What genuine access tokens are made of. */
export type TokenMint = Readonly<{
  kid: string;
  /** PEM, of an ES256 key. */
  privateKey: string;
  /** One for each user that tokens are for; `jti`, `iat` and `exp` are added. */
  claims: readonly Readonly<Record<string, unknown>>[];
}>;

/** A part of a load: so many connections, or one request after the other at a pace. */
export type LoadPart = Readonly<{
  script: Script;
  connections: number;
  /** Requests a second, evenly, whether or not answers come; `null`: each connection as fast as it is answered. */
  pace: number | null;
}>;

export type LoadJob = Readonly<{
  /** Origin of the server. */
  url: string;
  /** The process whose processor time is taken. */
  pid: number;
  parts: readonly LoadPart[];
  /** Sent before anything is counted. */
  warmSeconds: number;
  seconds: number;
}>;

export type PartSample = Readonly<{
  answered: number;
  /** Sent in the measured time, where there is a pace. */
  sent: number;
  p50Ms: number;
  p99Ms: number;
  /** Answered with the status that says that there is too much to do. */
  turnedAway: number;
  errors: number;
  /** What the first wrong answer was. */
  firstError: string | null;
}>;

/** What came of a job. The parts are in the order of the job. */
export type LoadSample = Readonly<{
  seconds: number;
  /** Processor time of the server in the measured time, in microseconds. */
  cpuMicros: number;
  /** The same of the load itself: where it comes near to all of the time, it is the load that could do no more. */
  loadCpuMicros: number;
  /** Resident memory of the server at the end of it, and the most that was seen. */
  rssBytes: number;
  rssMaxBytes: number;
  parts: readonly PartSample[];
}>;

/** What the load's process says to who started it. */
export type LoadReply =
  | Readonly<{ kind: 'ready' }>
  | Readonly<{ kind: 'done'; sample: LoadSample }>
  | Readonly<{ kind: 'failed'; reason: string }>;
