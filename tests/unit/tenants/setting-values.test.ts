import { describe, expect, it } from 'vitest';
import { parseSettingsPatch } from '../../../core/tenants/index.ts';
import { problemsOf } from './patch-problems.ts';

describe('origins', () => {
  it.each([
    'https://app.example.com',
    'https://app.example.com:8443',
    'https://xn--bcher-kva.example',
    'http://localhost',
    'http://localhost:5173',
    'http://shop.localhost:3000',
    'http://127.0.0.1:3000',
    'http://[::1]:3000',
    'https://192.0.2.1',
    'https://[2001:db8::1]',
  ])('as browsers send them are taken: %s', (origin) => {
    const lists = { cors_origins: [origin], return_origins: [origin] };

    expect(parseSettingsPatch(lists)).toEqual(lists);
  });

  it.each([
    '',
    '*',
    'null',
    'app.example.com',
    '//app.example.com',
    'https://',
    'https://app.example.com/',
    'https://app.example.com/path',
    'https://app.example.com?x',
    'https://app.example.com#x',
    'https://user@app.example.com',
    'https://*.example.com',
    'https://app.example.com:443',
    'http://localhost:80',
    'https://app.example.com:99999',
    'HTTPS://app.example.com',
    'https://App.example.com',
    'https://bücher.example',
    'https://app.example.com ',
    ' https://app.example.com',
    'https://app.example.com\n',
    'https://app.example.com,https://b.example.com',
    'https://127.1',
    'https://[2001:DB8::1]',
    'ftp://app.example.com',
    'file://',
    'javascript:alert(1)',
    'app://app.example.com',
    `https://${'a.'.repeat(150)}example`,
  ])('in any other form are refused: %j', (origin) => {
    const lists = { cors_origins: ['https://good.example', origin], return_origins: [origin] };

    expect(problemsOf(lists)).toEqual(['/cors_origins/1 invalid', '/return_origins/0 invalid']);
  });

  // A code that goes to http://… can be read on the way there; a page of such an origin merely calls the API.
  it('without TLS may call, as the operator may allow, but nobody is sent back to them', () => {
    for (const origin of [
      'http://app.example.com',
      'http://localhost.example.com',
      'http://notlocalhost',
      'http://127.0.0.2',
    ]) {
      expect(problemsOf({ cors_origins: [origin] })).toEqual([]);
      expect(problemsOf({ return_origins: [origin] })).toEqual(['/return_origins/0 invalid']);
    }
  });

  it.each(['cors_origins', 'return_origins'])('come as a list, in %s', (name) => {
    for (const value of ['https://a.example', {}, true]) {
      expect(problemsOf({ [name]: value })).toEqual([`/${name} wrong_type`]);
    }
    expect(problemsOf({ [name]: [['https://a.example'], null, 1] })).toEqual([
      `/${name}/0 wrong_type`,
      `/${name}/1 wrong_type`,
      `/${name}/2 wrong_type`,
    ]);
    expect(problemsOf({ [name]: [] })).toEqual([]);
  });

  it('are a hundred at most, each once', () => {
    const many = Array.from({ length: 101 }, (_, index) => `https://a${index}.example`);

    expect(problemsOf({ cors_origins: many })).toEqual(['/cors_origins too_long']);
    expect(problemsOf({ cors_origins: many.slice(1) })).toEqual([]);
    const twice = ['https://a.example', 'https://b.example', 'https://a.example'];
    expect(parseSettingsPatch({ cors_origins: twice })).toEqual({
      cors_origins: ['https://a.example', 'https://b.example'],
    });
  });
});

describe('branding', () => {
  it('has a name as people read it, without what stands around it', () => {
    for (const name of ['A', 'Müller & Söhne', '株式会社', '👩‍🔧 Repairs', 'x'.repeat(200)]) {
      expect(parseSettingsPatch({ branding: { name: ` ${name} ` } })).toEqual({ branding: { name } });
    }
  });

  // It stands in the subject of mails, and no setting holds HTML.
  it.each([
    '',
    '   ',
    'x'.repeat(201),
    'two\nlines',
    'two\u2028lines',
    'a\tb',
    'a\0b',
    '\ud800',
    '<b>ACME</b>',
    'a>b',
    'a<b',
  ])('refuses the name %j', (name) => {
    expect(problemsOf({ branding: { name } })).toEqual(['/branding/name invalid']);
  });

  it('has a colour of six hexadecimal digits and no other CSS', () => {
    expect(parseSettingsPatch({ branding: { color: '#1F4fd8' } })).toEqual({
      branding: { color: '#1f4fd8' },
    });
    for (const color of ['#fff', '1f4fd8', '#1f4fd8;', '#1f4fd8\n', 'red', 'url(x)', '#1f4fdg', '']) {
      expect(problemsOf({ branding: { color } })).toEqual(['/branding/color invalid']);
    }
  });

  it('has a logo at an https URL that stays one wherever it is shown', () => {
    for (const url of ['https://example.com/logo.png', "https://example.com/a'b?v=1&w=2#x"]) {
      expect(problemsOf({ branding: { logo_url: url } })).toEqual([]);
    }
    expect(problemsOf({ branding: { logo_url: `https://example.com/${'x'.repeat(2028)}` } })).toEqual([]);
    for (const url of [
      `https://example.com/${'x'.repeat(2029)}`,
      'http://example.com/logo.png',
      'https://',
      'https:example.com/logo.png',
      'https://example.com:99999/logo.png',
      'https://user:password@example.com/logo.png',
      'https://user@example.com/logo.png',
      'https://example.com/a b',
      'https://example.com/"onload="x',
      'https://example.com/<b>',
      'https://example.com/\\x',
      'https://example.com/\n',
      'https://example.com/ü',
      'data:image/png;base64,AAAA',
      'javascript:alert(1)',
      '/logo.png',
      '',
    ]) {
      expect([url, problemsOf({ branding: { logo_url: url } })]).toEqual([
        url,
        ['/branding/logo_url invalid'],
      ]);
    }
  });

  it('is all text', () => {
    expect(problemsOf({ branding: { name: 1, color: {}, logo_url: ['https://example.com'] } })).toEqual([
      '/branding/name wrong_type',
      '/branding/color wrong_type',
      '/branding/logo_url wrong_type',
    ]);
  });
});

describe('the default locale', () => {
  it('is a BCP 47 tag, in its canonical spelling', () => {
    expect(parseSettingsPatch({ default_locale: 'DE-ch' })).toEqual({ default_locale: 'de-CH' });
    for (const tag of ['', 'de_CH', 'deutsch bitte', 'x'.repeat(36)]) {
      expect(problemsOf({ default_locale: tag })).toEqual(['/default_locale invalid']);
    }
    expect(problemsOf({ default_locale: 1 })).toEqual(['/default_locale wrong_type']);
  });
});

describe('the audience', () => {
  it('is text of which the tenant’s row tells whether it may be', () => {
    for (const audience of ['https://api.example.com', 'urn:example:api', 'x'.repeat(2048)]) {
      expect(problemsOf({ audience })).toEqual([]);
    }
    for (const audience of ['', 'a b', 'a\n', 'ü', 'x'.repeat(2049)]) {
      expect(problemsOf({ audience })).toEqual(['/audience invalid']);
    }
    expect(problemsOf({ audience: ['https://api.example.com'] })).toEqual(['/audience wrong_type']);
  });
});
