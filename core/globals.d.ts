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
