import { type Html, html, renderHtml } from './html.ts';

/** Addresses of the two static files; they change with the content, so no cache can pair old with new. */
type PageAssets = Readonly<{ scriptUrl: string; styleUrl: string }>;

export type PageContext = Readonly<{ productName: string; assets: PageAssets }>;

/** One hosted page before it has its frame. */
export type Page = Readonly<{
  /** The one `h1`, and the first part of the document's title. */
  title: string;
  /** Stands below the heading and, when there is one, the summary of problems. */
  content: Html;
  /** `<template>` elements: everything that the script may have to say. */
  templates: Html;
}>;

/** The document's title for a page or screen. */
export function documentTitle(title: string, productName: string): string {
  return `${title} – ${productName}`;
}

/** What an error's title starts with; the script puts it before the page's own. */
export const ERROR_TITLE_PREFIX = 'Error: ';

/** A whole document: landmarks, skip link, one heading, one script and one stylesheet, nothing inline. */
export function layout({ title, content, templates }: Page, { productName, assets }: PageContext): string {
  const document = html`<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${documentTitle(title, productName)}</title>
<link rel="stylesheet" href="${assets.styleUrl}">
<script type="module" src="${assets.scriptUrl}"></script>
</head>
<body data-error-prefix="${ERROR_TITLE_PREFIX}">
<a class="skip-link" href="#main">Skip to the content</a>
<header>
<svg class="mark" viewBox="0 0 24 24" width="28" height="28" aria-hidden="true" focusable="false">
<path d="M4 21V11a8 8 0 0 1 16 0v10M9 21v-9a3 3 0 0 1 6 0v9M2 21h20" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/>
</svg>
<span class="product">${productName}</span>
</header>
<main id="main" tabindex="-1">
<h1>${title}</h1>
<div class="problem" data-part="problem" role="alert" tabindex="-1" hidden>
<h2>There is a problem</h2>
<ul data-part="problem-list"></ul>
</div>
${content}
</main>
<footer>
<p>${productName} · Accounts and sign-in</p>
</footer>
${templates}
</body>
</html>
`;
  return renderHtml(document);
}
