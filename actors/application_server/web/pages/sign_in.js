// Takes a token to where it is exchanged for a session. Keeps none.
import { h, show } from '../dom.js';
import { command, notice } from '../components.js';
import { brand } from '../shell.js';
import { signIn } from '../session.js';

export function open(root, { why, done }) {
  document.title = 'Sign in – Sluice';
  let wrong = '';
  let busy = false;

  async function submit(event) {
    event.preventDefault();
    const token = root.querySelector('#token').value.trim();
    if (busy) return;
    if (token === '') return fail('Paste a token first.');
    busy = true;
    draw();
    try {
      await signIn(token);
      done();
    } catch (problem) {
      fail(problem.status === 429 ? 'Too many tries. Wait a minute, then try again.' : problem.status === 401 ? 'This token opens nothing here: it may be mistyped, revoked or of another server.' : problem.message);
    }
  }

  function fail(sentence) {
    wrong = sentence;
    busy = false;
    draw();
    root.querySelector('#token').focus();
  }

  function draw() {
    show(root, h('div', { class: 'sign-in' }, h('main', { class: 'card', id: 'main' },
      h('h1', { class: 'brand' }, brand()),
      h('p', { class: 'soft' }, 'Promises on storage I/O: what was promised, whether it is kept, and why not.'),
      why && notice('', why),
      h('form', { on: { submit } },
        h('div', { class: 'field' }, h('label', { for: 'token' }, 'Token'),
          h('input', { id: 'token', name: 'token', type: 'password', autocomplete: 'current-password', spellcheck: 'false', autocapitalize: 'none',
            'aria-invalid': wrong ? 'true' : null, 'aria-describedby': wrong ? 'token-wrong' : null }),
          wrong && h('p', { class: 'wrong', id: 'token-wrong', role: 'alert' }, wrong)),
        h('button', { class: 'button first', type: 'submit', disabled: busy }, busy ? 'Signing in …' : 'Sign in')),
      h('div', { class: 'stack' }, h('p', { class: 'soft small' }, 'After deploy/up the token of the administrator is in a file:'),
        command('cat var/run/token')))));
  }

  show(root);
  draw();
  root.querySelector('#token').focus();
}
