import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../config/index.ts';
import { PRODUCTION, refusedNames } from './support.ts';

describe('the credentials of /metrics', () => {
  it('are both or none', () => {
    const both = { METRICS_USER: 'prometheus', METRICS_PASS: 'a:b' };

    expect(readConfig(both).metricsCredentials).toEqual({ user: 'prometheus', password: 'a:b' });
    expect(refusedNames({ METRICS_USER: 'prometheus' })).toEqual(['METRICS_PASS']);
    expect(refusedNames({ METRICS_PASS: 'pw' })).toEqual(['METRICS_USER']);
    expect(refusedNames({ ...PRODUCTION, METRICS_PASS: undefined })).toEqual(['METRICS_PASS']);
  });

  it('have a user without a colon, which would end it (RFC 7617, section 2)', () => {
    expect(refusedNames({ METRICS_USER: 'a:b', METRICS_PASS: 'pw' })).toEqual(['METRICS_USER']);
  });
});
