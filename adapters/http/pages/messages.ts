import { type Html, html } from './html.ts';
import { documentTitle, ERROR_TITLE_PREFIX } from './layout.ts';

/** A message that takes the place of the whole page, by the status or problem code that brings it. */
export type Screen = Readonly<{
  code: string;
  title: string;
  /** `alert` where nothing can be done on this page any more, `status` where all went well. */
  role: 'alert' | 'status';
  content: Html;
}>;

const SIGNS: Readonly<Record<Screen['role'], Html>> = {
  alert: sign('M12 8v5M12 16.5v.01'),
  status: sign('M8 12.5l2.75 2.75L16 9.5'),
};

/** A message above the form, by problem code. `data-slot` elements are filled by the script. */
export type FormError = Readonly<{
  code: string;
  content: Html;
  /** Name in the API's body of the field it concerns. */
  field?: string;
  /** Not a mistake but a next step: the field is shown and focused, with no summary of problems. */
  isQuestion?: boolean;
}>;

/** What one page says about links that cannot be used. */
export type LinkCopy = Readonly<{ open: string; used: Html; expired: Html; invalid: Html }>;

/** Everything the script of a page may have to say, as `<template>` elements. */
export function messageTemplates(
  productName: string,
  screens: readonly Screen[],
  errors: readonly FormError[],
): Html {
  return html`${screens.map((screen) => screenTemplate(screen, productName))}${errors.map(errorTemplate)}`;
}

/** The four ways in which a link can be of no use; `no_link` is the page opened without one. */
export function linkScreens({ open, used, expired, invalid }: LinkCopy): readonly Screen[] {
  const incomplete = html`<p>This page was opened without the token that stands at the end of the link. ${open}</p>`;
  const screens: readonly (readonly [code: string, title: string, content: Html])[] = [
    ['no_link', 'This link is incomplete', incomplete],
    ['link_invalid', 'This link is not valid', html`<p>${invalid}</p>`],
    ['link_used', 'This link was used already', html`<p>${used}</p>`],
    ['link_expired', 'This link has expired', html`<p>${expired}</p>`],
  ];
  return screens.map(([code, title, content]) => ({ code, title, role: 'alert', content }));
}

/** Errors that any of the pages can meet; `unknown` stands for every code without copy of its own. */
export const COMMON_ERRORS: readonly FormError[] = [
  {
    code: 'rate_limited',
    content: html`Too many tries. Try again in <span data-slot="wait">a minute</span>.`,
  },
  {
    code: 'account_locked',
    content: html`Too many wrong passwords. Try again in <span data-slot="wait">half an hour</span>.`,
  },
  {
    code: 'unavailable',
    content: html`The service is busy at the moment. Try again in <span data-slot="wait">a minute</span>.`,
  },
  {
    code: 'network',
    content: html`We could not reach the service. Check your connection, then try again.`,
  },
  {
    code: 'tenant_suspended',
    content: html`This organisation is switched off. Its administrator can tell you why.`,
  },
  {
    code: 'unknown',
    content: html`That did not work. Try again; if it keeps happening, give your administrator this reference: <span data-slot="reference">none</span>`,
  },
];

/** Errors of the pages that make an account with a new password. */
export const NEW_ACCOUNT_ERRORS: readonly FormError[] = [
  newPasswordError('password_too_short', 'Choose a longer password.'),
  newPasswordError('password_too_long', 'Choose a shorter password.'),
  newPasswordError('password_too_weak', 'Choose a password with more kinds of characters.'),
  newPasswordError('password_too_common', 'That password is easy to guess. Choose another.'),
];

/** The account is made, but its tenant wants a second factor before it signs anybody in. */
export const ENROLLMENT_SCREEN: Screen = {
  code: 'mfa_enrollment_required',
  title: 'Your account is ready',
  role: 'status',
  content: html`<p>You are not signed in yet: this organisation asks for a second step at sign-in. Sign in with your password to set it up.</p>`,
};

function newPasswordError(code: string, fallback: string): FormError {
  return { code, field: 'password', content: html`<span data-slot="detail">${fallback}</span>` };
}

function screenTemplate({ code, title, role, content }: Screen, productName: string): Html {
  const prefix = role === 'alert' ? ERROR_TITLE_PREFIX : '';
  return html`<template data-screen="${code}" data-title="${prefix + documentTitle(title, productName)}">
<div class="screen ${role}" role="${role}" tabindex="-1">
${SIGNS[role]}
<h1>${title}</h1>
${content}
</div>
</template>
`;
}

function errorTemplate({ code, content, field, isQuestion }: FormError): Html {
  const target = field && html` data-target="${field}"`;
  return html`<template data-error="${code}"${target}${isQuestion && html` data-question`}>${content}</template>
`;
}

function sign(path: string): Html {
  return html`<svg class="sign" viewBox="0 0 24 24" width="40" height="40" aria-hidden="true" focusable="false">
<circle cx="12" cy="12" r="10" fill="none" stroke="currentColor" stroke-width="1.5"/>
<path d="${path}" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/>
</svg>`;
}
