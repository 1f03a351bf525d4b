import { describe, expect, it } from 'vitest';
import { escapeHtml, html, renderHtml } from '../../../adapters/http/pages/html.ts';

describe('escapeHtml', () => {
  it('leaves nothing that could end a text or a quoted attribute', () => {
    expect(escapeHtml(`<a href="x" title='y'>&`)).toBe('&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;');
  });
});

describe('html', () => {
  it('escapes values, in text and in attributes', () => {
    const value = `"><script>alert('x')</script>`;
    const safe = '&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;';
    expect(renderHtml(html`<p title="${value}">${value}</p>`)).toBe(`<p title="${safe}">${safe}</p>`);
  });

  it('passes on what it made itself, in lists too, and escapes it once', () => {
    const items = ['a&b', 'c'].map((text) => html`<li>${text}</li>`);
    expect(renderHtml(html`<ul>${items}</ul>`)).toBe('<ul><li>a&amp;b</li><li>c</li></ul>');
  });

  it('does not take parsed JSON for its own markup', () => {
    const forged = JSON.parse('["<b>", ["<i>"]]');
    expect(renderHtml(html`${forged}`)).toBe('&lt;b&gt;&lt;i&gt;');
  });

  it('writes nothing for what is absent, and keeps zero', () => {
    expect(renderHtml(html`[${null}${undefined}${false}${0}]`)).toBe('[0]');
  });
});
