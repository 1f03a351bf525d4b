/** What a mail says, before it becomes text or HTML. */
export type MailContent = Readonly<{
  /** One line; the tenant's name is part of it. */
  subject: string;
  greeting: string;
  before: readonly string[];
  button: Readonly<{ label: string; link: string }> | null;
  after: readonly string[];
  footer: string;
}>;

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** The plain part: every link in full, nothing that needs a picture. */
export function textOf({ greeting, before, button, after, footer }: MailContent): string {
  const link = button ? [`${button.label}:\n${button.link}`] : [];
  return `${[greeting, ...before, ...link, ...after, `-- \n${footer}`].join('\n\n')}\n`;
}

/** The HTML part: one column, no picture, no script, readable in the dark. */
export function htmlOf({ subject, greeting, before, button, after, footer }: MailContent): string {
  return `<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(subject)}</title>
</head>
<body style="margin:0;padding:24px;font-family:system-ui,sans-serif;font-size:16px;line-height:1.5">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td style="max-width:560px">
${[greeting, ...before].map(paragraph).join('\n')}
${button ? buttonHtml(button) : ''}
${after.map(paragraph).join('\n')}
<p style="margin:32px 0 0;font-size:14px">${escapeHtml(footer)}</p>
</td></tr></table>
</body>
</html>
`;
}

function paragraph(text: string): string {
  return `<p style="margin:0 0 16px">${escapeHtml(text)}</p>`;
}

function buttonHtml({ label, link }: { readonly label: string; readonly link: string }): string {
  const href = escapeHtml(link);
  return `<p style="margin:24px 0"><a href="${href}" style="display:inline-block;padding:12px 20px;border-radius:6px;background:#1f4fd8;color:#ffffff;text-decoration:none">${escapeHtml(label)}</a></p>
<p style="margin:0 0 16px;font-size:14px;word-break:break-all">${href}</p>`;
}

/** Text that is safe between tags and in quoted attributes. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}
