import { nameField, newPasswordField, pageForm } from './form.ts';
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

/** `/accept-invitation`: an invited person makes the account that was offered to their address. */
export function acceptInvitationPage(productName: string): Page {
  return {
    title: 'Accept your invitation',
    content: html`<p class="lead">Your account gets the address that this invitation was sent to. Choose its password.</p>
${pageForm({
  action: '/auth/invitations/accept',
  fields: html`${newPasswordField()}${nameField()}`,
  submitLabel: 'Accept the invitation',
  bodyExample: '{"token":"…","password":"…"}',
})}`,
    templates: messageTemplates(
      productName,
      [...linkScreens(LINK_COPY), COMPLETE_SCREEN, ENROLLMENT_SCREEN],
      [
        ...COMMON_ERRORS,
        ...NEW_ACCOUNT_ERRORS,
        {
          code: 'email_already_registered',
          content: html`The invited address has an account already, so nothing was changed. Sign in with that account.`,
        },
      ],
    ),
  };
}

const LINK_COPY = {
  open: 'Open it again from the mail, or copy it whole.',
  used: html`If you accepted the invitation before, sign in with your account. If not, ask the person who invited you for a new one.`,
  expired: html`Ask the person who invited you for a new one.`,
  invalid: html`Open it again from the mail, or copy it whole. If that does not help, ask the person who invited you for a new one.`,
};

const COMPLETE_SCREEN: Screen = {
  code: 'complete',
  title: 'Welcome',
  role: 'status',
  content: html`<p>Your account is ready, and you are signed in as <strong data-slot="email">the invited address</strong>.</p>
<p>You can close this page and go on in the application that you were invited to.</p>`,
};
