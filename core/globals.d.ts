/**
 * The host objects that core may use, and the whole list of them: core is
 * compiled with `types: []`, so `process`, `Buffer` and `fetch` do not exist here.
 */
declare class TextEncoder {
  encode(text: string): Uint8Array;
}
declare class TextDecoder {
  constructor(encoding?: string, options?: { fatal?: boolean });
  decode(bytes: Uint8Array): string;
}
/** The URL parser that browsers have (WHATWG URL): pure, and it fetches nothing. */
declare class URL {
  constructor(text: string);
  static canParse(text: string): boolean;
  readonly origin: string;
  readonly protocol: string;
  readonly hostname: string;
  readonly username: string;
  readonly password: string;
}
