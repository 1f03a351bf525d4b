export type ApiAnswer = Readonly<{ status: number; headers: Headers; body: Record<string, unknown> }>;

export type ApiClient = Readonly<{
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<ApiAnswer>;
  get(path: string, headers?: Record<string, string>): Promise<ApiAnswer>;
}>;

/** Talks JSON to a running server, as a script would. */
export function apiClient(url: string): ApiClient {
  const send = async (path: string, init: RequestInit): Promise<ApiAnswer> => {
    const response = await fetch(`${url}${path}`, init);
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? {} : JSON.parse(text) };
  };
  return {
    post: (path, body = {}, headers = {}) =>
      send(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
    get: (path, headers = {}) => send(path, { headers }),
  };
}

export function bearer({ body }: ApiAnswer): { authorization: string } {
  return { authorization: `Bearer ${String(body['access_token'])}` };
}
