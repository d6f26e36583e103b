// Who is signed in. The token is handed to the server once and forgotten; what stays is a cookie that no script can
// read. A server without sessions gets the token with each request, kept in memory: gone with the page.
import { Problem, get, prove, send } from './api.js';

/** {role, label, tenant, until}; null = nobody. */
let who = null;
let bySession = false;
/** Says that there may be a session, so that a first visit need not be refused one. No secret. */
const trace = 'sluice-session';

export const current = () => who;

/** May the one who is signed in do this? Only what to show; the server decides. */
export function may(what) {
  const role = who?.role ?? 'viewer';
  if (what === 'audit') return role === 'operator' || role === 'admin';
  if (what === 'ask-admission') return role !== 'viewer';
  return role === 'operator' || role === 'admin' || (role === 'customer' && who.customers_may_establish === true);
}

/** Whether the browser holds a session that still counts. */
export async function resume() {
  if (!remembered()) return false;
  try {
    const session = await get('/session', { quiet: true });
    prove({ csrf: session.csrf });
    who = session;
    bySession = true;
    return true;
  } catch (problem) {
    if (problem instanceof Problem && problem.status === 0) throw problem;
    return false;
  }
}

/** Throws a Problem: 401 for a token that opens nothing. */
export async function signIn(token) {
  try {
    await send('POST', '/session', { token }, { quiet: true });
    remember(true);
    if (await resume()) return;
  } catch (problem) {
    if (problem.status !== 401 && problem.status !== 404 && problem.status !== 405) throw problem;
  }
  prove({ bearer: token });
  try {
    await get('/policy', { quiet: true });
  } catch (problem) {
    prove({});
    throw problem;
  }
  who = { role: 'admin', label: 'token' };
  bySession = false;
}

export async function signOut() {
  try {
    if (bySession) await send('DELETE', '/session', undefined, { quiet: true });
  } finally {
    forget();
  }
}

/** The session is over, whoever ended it. */
export function forget() {
  who = null;
  bySession = false;
  remember(false);
  prove({});
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
