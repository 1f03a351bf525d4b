import { emailField, nameField, newPasswordField, pageForm } from './form.ts';
import { html } from './html.ts';
import type { Page } from './layout.ts';
import {
  COMMON_ERRORS,
  ENROLLMENT_SCREEN,
  linkScreens,
  messageTemplates,
  NEW_ACCOUNT_ERRORS,
  type Screen,
} from './messages.ts';

/** `/setup`: the first owner's one-time link makes the owner of the tenant `default`. */
export function setupPage(productName: string): Page {
  return {
    title: 'Create the owner account',
    content: html`<p class="lead">The first account owns this installation and may do everything in it.</p>
${pageForm({
  action: '/auth/invitations/accept',
  fields: html`${emailField()}${newPasswordField()}${nameField()}`,
  submitLabel: 'Create the owner account',
  bodyExample: '{"token":"…","email":"…","password":"…"}',
})}`,
    templates: messageTemplates(
      productName,
      [...linkScreens(LINK_COPY), COMPLETE_SCREEN, ENROLLMENT_SCREEN],
      [
        ...COMMON_ERRORS,
        ...NEW_ACCOUNT_ERRORS,
        {
          code: 'email_already_registered',
          field: 'email',
          content: html`This address has an account already. Use another one.`,
        },
      ],
    ),
  };
}

const LINK_COPY = {
  open: 'Open it again from the place where the service printed it, and copy the whole line.',
  used: html`Either this link made the owner, or another one did. If it was you, sign in with your account.`,
  expired: html`Start the service again to get a new one, or make the owner with the command <code>gatehouse admin create</code>.`,
  invalid: html`Check that you copied the whole line that the service printed. Its newest link is the one at its latest start.`,
};

const COMPLETE_SCREEN: Screen = {
  code: 'complete',
  title: 'Setup is complete',
  role: 'status',
  content: html`<p>You are the owner of this installation and signed in as <strong data-slot="email">the address you gave</strong>.</p>
<h2>Next steps</h2>
<ul class="steps">
<li><a href="/docs">Open the API documentation</a> and try the first requests.</li>
<li>Point your application at this address, and register its first users.</li>
</ul>`,
};
