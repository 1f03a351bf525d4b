import { chosenPasswordField, pageForm } from './form.ts';
import { html } from './html.ts';
import type { Page } from './layout.ts';
import { COMMON_ERRORS, type FormError, linkScreens, messageTemplates, type Screen } from './messages.ts';

/**
 * `/verify-email`: the owner of a mailbox confirms it. Says what confirming
 * means, for a stranger may have registered the address (rules 3 and 9).
 */
export function verifyEmailPage(productName: string): Page {
  return {
    title: 'Confirm your address',
    content: html`<p class="lead">Somebody asked for an account with your address. If that was you, confirm it.</p>
<div class="notice">
<p><strong>You did not ask for this? Do not confirm.</strong> Confirming hands the account to whoever registered it, with the password that they chose. Close this page instead, and nothing happens.</p>
</div>
${pageForm({
  action: '/auth/email/verify',
  fields: chosenPasswordField(PASSWORD_EXPLANATION),
  submitLabel: 'Confirm this address',
  bodyExample: '{"token":"…"}',
})}`,
    templates: messageTemplates(
      productName,
      [...linkScreens(LINK_COPY), VERIFIED_SCREEN],
      [...COMMON_ERRORS, ...PASSWORD_ERRORS],
    ),
  };
}

const PASSWORD_EXPLANATION = html`This address was registered more than once, so the link alone is not enough. Enter the password that you chose when you registered. If you did not register, do not go on.`;

const LINK_COPY = {
  open: 'Open it again from the mail, or copy it whole.',
  used: html`If you confirmed your address before, you can sign in now. If not, ask for a new link where you signed up.`,
  expired: html`Ask for a new one where you signed up.`,
  invalid: html`Open it again from the mail, or copy it whole. If that does not help, ask for a new one where you signed up.`,
};

const PASSWORD_ERRORS: readonly FormError[] = [
  { code: 'password_required', field: 'password', isQuestion: true, content: PASSWORD_EXPLANATION },
  {
    code: 'invalid_credentials',
    field: 'password',
    content: html`That is not the password chosen with this link. Try again, or open another link that you were sent.`,
  },
];

const VERIFIED_SCREEN: Screen = {
  code: 'verified',
  title: 'Address confirmed',
  role: 'status',
  content: html`<p>Your address is confirmed. You can sign in now.</p>
<p>You can close this page and go back to where you signed up.</p>`,
};
