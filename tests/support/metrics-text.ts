export type Sample = Readonly<{ name: string; labels: Readonly<Record<string, string>>; value: number }>;

const LINE = /^([a-z0-9_]+)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-z_]+)="((?:[^"\\]|\\.)*)"/g;

/** The samples of a scrape. Fails on a line that is neither a sample nor a comment. */
export function samplesOf(text: string): readonly Sample[] {
  return text.split('\n').flatMap((line) => {
    if (line === '' || line.startsWith('# ')) return [];
    const [, name = '', labels = '', value = ''] = LINE.exec(line) ?? [];
    if (name === '' || Number.isNaN(Number(value))) throw new Error(`Not a sample: ${line}`);
    const pairs = [...labels.matchAll(LABEL)].map(([, key = '', text = '']) => [key, text] as const);
    return [{ name, labels: Object.fromEntries(pairs), value: Number(value) }];
  });
}

/** The value of the one sample of that name with exactly these labels; `null` where there is none. */
export function sampleOf(text: string, name: string, labels: Record<string, string> = {}): number | null {
  const wanted = JSON.stringify(Object.entries(labels).sort());
  const found = samplesOf(text).filter(
    (sample) => sample.name === name && JSON.stringify(Object.entries(sample.labels).sort()) === wanted,
  );
  if (found.length > 1) throw new Error(`More than one sample of ${name} ${wanted}`);
  return found[0]?.value ?? null;
}
