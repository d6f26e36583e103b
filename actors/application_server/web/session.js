// Who is signed in. The token is handed to the server once and forgotten; what stays is a cookie that no script can read.
import { Problem, get, prove, send } from './api.js';

/** {role, label, tenant, until}; null = nobody. */
let who = null;
/** Says that there may be a session, so that a first visit need not be refused one. No secret. */
const trace = 'sluice-session';

export const current = () => who;

/** May the one who is signed in do this? Only what to show; the server decides. */
export function may(what) {
  const role = who?.role ?? 'viewer';
  if (what === 'audit' || what === 'hold-up') return role === 'operator' || role === 'admin';
  if (what === 'ask-admission') return role !== 'viewer';
  if (what === 'see-everything') return role !== 'customer';
  if (what === 'order') return role === 'operator' || role === 'admin';
  return role === 'operator' || role === 'admin' || (role === 'customer' && who.customers_may_establish === true);
}

/** Whether the browser holds a session that still counts. */
export async function resume() {
  if (!remembered()) return false;
  try {
    const session = await get('/session', { quiet: true });
    prove(session.csrf ?? '');
    who = session;
    return true;
  } catch (problem) {
    if (problem instanceof Problem && (problem.status === 0 || problem.status === 503)) throw problem; // not now
    return false;
  }
}

/** Throws a Problem: 401 for a token that opens nothing. */
export async function signIn(token) {
  await send('POST', '/session', { token }, { quiet: true });
  remember(true);
  if (!await resume()) throw new Problem(401, 'The browser does not keep the cookie of the session.');
}

export async function signOut() {
  try {
    await send('DELETE', '/session', undefined, { quiet: true });
  } finally {
    forget();
  }
}

/** The session is over, whoever ended it. */
export function forget() {
  who = null;
  remember(false);
  prove('');
}

function remembered() {
  try {
    return localStorage.getItem(trace) !== null;
  } catch { return true; }
}

function remember(is) {
  try {
    if (is) localStorage.setItem(trace, '1');
    else localStorage.removeItem(trace);
  } catch { /* then it is asked each time */ }
}
