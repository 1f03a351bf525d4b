import { DEFAULT_PASSWORD_POLICY, PASSWORD_LENGTH_MAX } from '../../../core/tenants/index.ts';
import { type Html, html } from './html.ts';

const NAME_LENGTH_MAX = 200;
const EMAIL_LENGTH_MAX = 254;

/** What a form of these pages is made of. */
export type PageForm = Readonly<{
  /** The API route that the script POSTs to as JSON. */
  action: string;
  fields: Html;
  submitLabel: string;
  /** The body of that route as a person without JavaScript would write it. */
  bodyExample: string;
}>;

/**
 * A form that its script shows and sends. Until then it is hidden, so it can
 * never be sent without the token, which only the script can read.
 */
export function pageForm({ action, fields, submitLabel, bodyExample }: PageForm): Html {
  return html`<form method="post" action="${action}" novalidate hidden>
${fields}
<button class="primary" type="submit">${submitLabel}</button>
<p class="note">Nothing is sent before you press the button.</p>
</form>
<noscript>
<div class="notice">
<p><strong>This page needs JavaScript</strong>, because the token stands in the part of the link that browsers do not send. Turn it on and open the link again.</p>
<p>Or send the token, which is the part of the link after <code>#token=</code>, to the API yourself:</p>
<pre tabindex="0" aria-label="Request"><code>POST ${action}
Content-Type: application/json

${bodyExample}</code></pre>
</div>
</noscript>
<p class="fallback" data-part="fallback">The form did not load. Reload the page, or open the link again.</p>`;
}

/** The address of a new account. `username`, so that password managers keep it with the new password. */
export function emailField(): Html {
  return html`<div class="field" data-part="field">
<label for="email">E-mail address</label>
<p class="hint" id="email-hint">You sign in with it.</p>
<p class="error" id="email-error" hidden></p>
<input id="email" type="email" name="email" data-field="email" autocomplete="username" inputmode="email" autocapitalize="none" spellcheck="false" maxlength="${EMAIL_LENGTH_MAX}" required aria-describedby="email-hint email-error" data-missing="Enter your e-mail address." data-invalid="Enter an e-mail address like ada@example.com.">
</div>`;
}

/** The name of a new account, which may be left out. */
export function nameField(): Html {
  return html`<div class="field" data-part="field">
<label for="name">Name <span class="optional">(optional)</span></label>
<p class="error" id="name-error" hidden></p>
<input id="name" type="text" name="name" data-field="name" autocomplete="name" maxlength="${NAME_LENGTH_MAX}" aria-describedby="name-error" data-invalid="Use at most ${NAME_LENGTH_MAX} characters.">
</div>`;
}

/**
 * The password of a new account. The rules told are those that hold unless a
 * tenant sets others; there is no `minlength`, for the tenant's own answer decides.
 */
export function newPasswordField(): Html {
  const { min_length: lengthMin } = DEFAULT_PASSWORD_POLICY;
  const rules = `minlength: ${lengthMin}; maxlength: ${PASSWORD_LENGTH_MAX}; required: lower; required: upper; required: digit;`;
  return html`<div class="field" data-part="field">
<label for="new-password">Password</label>
<p class="hint" id="new-password-hint">At least ${lengthMin} characters, with an upper-case letter, a lower-case letter and a digit. Spaces are fine.</p>
<p class="error" id="new-password-error" hidden></p>
<div class="with-toggle">
<input id="new-password" type="password" name="new_password" data-field="password" autocomplete="new-password" autocapitalize="none" spellcheck="false" required passwordrules="${rules}" aria-describedby="new-password-hint new-password-error" data-missing="Choose a password.">
${passwordToggle('new-password')}
</div>
</div>`;
}

/** A password chosen earlier: hidden until the API asks for it, and left out as long as it is. */
export function chosenPasswordField(explanation: Html): Html {
  return html`<div class="field" data-part="field" hidden>
<label for="password">Password</label>
<p class="hint" id="password-hint">${explanation}</p>
<p class="error" id="password-error" hidden></p>
<div class="with-toggle">
<input id="password" type="password" name="password" data-field="password" autocomplete="current-password" autocapitalize="none" spellcheck="false" aria-describedby="password-hint password-error" data-missing="Enter the password that was chosen with this registration.">
${passwordToggle('password')}
</div>
</div>`;
}

function passwordToggle(inputId: string): Html {
  return html`<button class="toggle" type="button" data-toggles="${inputId}" aria-controls="${inputId}"><span data-when="hidden">Show<span class="for-readers"> password</span></span><span data-when="shown" hidden>Hide<span class="for-readers"> password</span></span></button>`;
}
