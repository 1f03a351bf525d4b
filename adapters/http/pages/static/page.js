// The one script of the hosted pages. It reads the token from the fragment,
// keeps it in memory and sends it when the person presses the button, never
// before. It holds no sentence of its own: all copy stands in the page, as
// <template data-screen>, <template data-error> and data-* attributes.

const TIMEOUT_MS = 30_000;
const MINUTES_FROM_SECONDS = 90;

const main = document.querySelector('main');
const form = document.querySelector('form');
const submitButton = form.querySelector('[type="submit"]');
const problemSummary = document.querySelector('[data-part="problem"]');
const problemList = document.querySelector('[data-part="problem-list"]');
const inputs = [...form.querySelectorAll('[data-field]')];
const initialTitle = document.title;
const token = takeToken();

document.querySelector('[data-part="fallback"]').hidden = true;
if (token) {
  setBusy(false);
  form.hidden = false;
  form.addEventListener('submit', onSubmit);
  for (const toggle of form.querySelectorAll('[data-toggles]')) {
    toggle.addEventListener('click', () => setPasswordShown(toggle, inputOf(toggle).type === 'password'));
  }
} else {
  showScreen(templateOf('screen', 'no_link'), {});
}

// A link pasted into the same tab changes the fragment alone and loads nothing.
window.addEventListener('hashchange', () => {
  if (tokenInFragment()) window.location.reload();
});

function tokenInFragment() {
  return new URLSearchParams(window.location.hash.slice(1)).get('token');
}

function takeToken() {
  const found = tokenInFragment();
  if (found) window.history.replaceState(null, '', window.location.pathname + window.location.search);
  return found;
}

async function onSubmit(event) {
  event.preventDefault();
  if (submitButton.disabled) return;
  hideProblems();
  hidePasswords();
  const missing = inputs.filter((input) => input.required && input.value === '');
  if (missing.length > 0) {
    showProblems(missing.map((input) => ({ input, text: input.dataset.missing })));
    return;
  }
  setBusy(true);
  const answer = await post();
  setBusy(false);
  showAnswer(answer);
}

// The mode stays 'cors': under `no-referrer` any other sends `Origin: null`.
async function post() {
  try {
    const response = await fetch(form.getAttribute('action'), {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'content-type': 'application/json', accept: 'application/json, application/problem+json' },
      body: JSON.stringify(requestBody()),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return await readAnswer(response);
  } catch {
    return { name: 'network', facts: {}, fieldErrors: [] };
  }
}

function requestBody() {
  const body = { token };
  for (const input of inputs) {
    const value = input.type === 'password' ? input.value : input.value.trim();
    if (value !== '') body[input.dataset.field] = value;
  }
  return body;
}

// Takes out what is shown, and leaves the rest of the answer, tokens above all, behind.
async function readAnswer(response) {
  const { status, code, detail, request_id, errors, user } = await response.json().catch(() => ({}));
  const facts = { detail, reference: request_id, email: user?.email, wait: waitOf(response) };
  if (response.ok) return { name: status, facts, fieldErrors: [] };
  const fieldErrors = code === 'validation_failed' && Array.isArray(errors) ? errors : [];
  const isTokenRefused = fieldErrors.some(({ pointer }) => pointer === '/token');
  return { name: isTokenRefused ? 'link_invalid' : (code ?? nameOf(response.status)), facts, fieldErrors };
}

// What a proxy in between answers has no code.
function nameOf(status) {
  if (status === 429) return 'rate_limited';
  return status >= 502 && status <= 504 ? 'unavailable' : 'unknown';
}

function waitOf(response) {
  const seconds = Number(response.headers.get('retry-after'));
  if (!(seconds > 0)) return undefined;
  const isShort = seconds <= MINUTES_FROM_SECONDS;
  const format = { style: 'unit', unit: isShort ? 'second' : 'minute', unitDisplay: 'long' };
  const amount = Math.ceil(isShort ? seconds : seconds / 60);
  return new Intl.NumberFormat(document.documentElement.lang, format).format(amount);
}

function showAnswer({ name, facts, fieldErrors }) {
  const screen = templateOf('screen', name);
  if (screen) {
    showScreen(screen, facts);
    return;
  }
  clearPasswords();
  if (fieldErrors.length > 0) {
    showProblems(fieldErrors.map(fieldProblem));
    return;
  }
  const template = templateOf('error', name) ?? templateOf('error', 'unknown');
  const input = inputNamed(template.dataset.target);
  if (input && template.dataset.question !== undefined) {
    ask(input);
    return;
  }
  showProblems([{ input, text: filled(template, facts).textContent }]);
}

function fieldProblem({ pointer, code, detail }) {
  const input = inputNamed(pointer?.slice(1));
  const copy = code === 'required' ? input?.dataset.missing : input?.dataset.invalid;
  return { input, text: copy ?? detail };
}

function showScreen(template, facts) {
  main.replaceChildren(filled(template, facts));
  document.title = template.dataset.title;
  main.querySelector('[tabindex="-1"]').focus();
}

function showProblems(problems) {
  for (const { input, text } of problems) {
    problemList.append(problemItem(input, text));
    if (input) markInvalid(input, text);
  }
  problemSummary.hidden = false;
  setErrorTitle();
  problemSummary.focus();
}

function problemItem(input, text) {
  const item = document.createElement('li');
  if (!input) {
    item.textContent = text;
    return item;
  }
  const link = document.createElement('a');
  link.setAttribute('href', `#${input.id}`);
  link.textContent = text;
  item.append(link);
  return item;
}

function markInvalid(input, text) {
  reveal(input);
  input.setAttribute('aria-invalid', 'true');
  const error = errorOf(input);
  error.textContent = text;
  error.hidden = false;
}

function hideProblems() {
  problemSummary.hidden = true;
  problemList.replaceChildren();
  document.title = initialTitle;
  for (const input of inputs) {
    input.removeAttribute('aria-invalid');
    errorOf(input).hidden = true;
    errorOf(input).textContent = '';
  }
}

function ask(input) {
  reveal(input);
  setErrorTitle();
  input.focus();
}

function reveal(input) {
  const field = input.closest('[data-part="field"]');
  if (!field.hidden) return;
  field.hidden = false;
  input.required = true;
}

function clearPasswords() {
  for (const input of inputs) {
    if (input.type === 'password') input.value = '';
  }
}

function hidePasswords() {
  for (const toggle of form.querySelectorAll('[data-toggles]')) setPasswordShown(toggle, false);
}

function setPasswordShown(toggle, isShown) {
  inputOf(toggle).type = isShown ? 'text' : 'password';
  toggle.querySelector('[data-when="shown"]').hidden = !isShown;
  toggle.querySelector('[data-when="hidden"]').hidden = isShown;
}

function setBusy(isBusy) {
  submitButton.disabled = isBusy;
  form.setAttribute('aria-busy', String(isBusy));
}

function setErrorTitle() {
  document.title = document.body.dataset.errorPrefix + initialTitle;
}

function filled(template, facts) {
  const content = template.content.cloneNode(true);
  for (const slot of content.querySelectorAll('[data-slot]')) {
    const fact = facts[slot.dataset.slot];
    if (fact) slot.textContent = fact;
  }
  return content;
}

function templateOf(kind, name) {
  const templates = [...document.querySelectorAll(`template[data-${kind}]`)];
  return templates.find((template) => template.dataset[kind] === name);
}

function inputNamed(field) {
  return inputs.find((input) => input.dataset.field === field);
}

function inputOf(toggle) {
  return document.getElementById(toggle.dataset.toggles);
}

function errorOf(input) {
  return document.getElementById(`${input.id}-error`);
}
