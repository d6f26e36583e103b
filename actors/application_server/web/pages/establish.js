// A form for an agreement that says, while it is filled in, whether it can be promised and what that would mean.
import { Problem, get, getWithTag, path, query as fieldsOf, send } from '../api.js';
import { blank, documentOf, formOf, matches, mistakesByField } from '../agreement_form.js';
import { announce, h } from '../dom.js';
import { loading, notice, pageHead } from '../components.js';
import { agreementFields } from '../form_fields.js';
import { link } from '../router.js';
import { current, may } from '../session.js';
import { outlook } from '../outlook.js';

const typing_pause_ms = 350;
const streams_every_ms = 5_000;
const taken = 'An agreement of this name exists already, with other terms. Change that one, or choose another name.';

export function open(place, names, query) {
  const replaces = query.replace ?? '';
  const title = may('establish') ? (replaces ? `Change ${replaces}` : 'Establish an agreement') : replaces ? `Ask for a change of ${replaces}` : 'Ask what can be promised';
  place.title(title);
  const state = { form: blank(), tag: '', version: 0, verdict: null, mistakes: {}, asking: false, problem: null, sending: false, force: false, streams: [], gateways: [], touched: new Set(), ready: replaces === '' };
  if (query.volume) state.form.volume = query.volume;
  if (current()?.tenant) state.form.tenant = current().tenant; // a customer's is its own
  let timer = 0;
  let asked = null; // AbortController of the trial that is under way

  if (replaces)
    getWithTag(path('agreements', replaces), { signal: place.signal }).then(({ body, etag }) => {
      Object.assign(state, { form: formOf(body), tag: etag, version: body.status.version, ready: true });
      tryOut();
    }, (problem) => {
      state.problem = problem;
      draw();
    });
  if (may('see-everything'))
    get('/gateways', { signal: place.signal }).then((x) => {
      state.gateways = x.items;
      draw();
    }, () => {});
  place.every(streams_every_ms, async () => {
    try {
      state.streams = (await get(`/streams${fieldsOf({ limit: 500 })}`, { signal: place.signal })).items;
      draw();
    } catch { /* shown as none */ }
  });
  place.atEnd(() => {
    clearTimeout(timer);
    asked?.abort();
  });

  function change(field, value) {
    const row = field.match(/^(latency|remedies)-(\d+)-(\w+)$/);
    if (row) state.form[row[1]][Number(row[2])][row[3]] = value;
    else state.form[field] = value;
    state.touched.add(field);
    state.problem = null;
    delete state.mistakes[field];
    draw();
    clearTimeout(timer);
    timer = setTimeout(tryOut, typing_pause_ms);
  }

  function rows(list, at) {
    if (at === null) state.form[list].push(list === 'latency' ? { statistic: 'p99', target: '', upTo: '' } : { below: '', credit: '' });
    else state.form[list].splice(at, 1);
    draw();
    if (at !== null) tryOut();
    else place.node.querySelector(`#${list}-${state.form[list].length - 1}-${list === 'latency' ? 'statistic' : 'below'}`)?.focus();
  }

  const hasTerms = () => state.form.reservation.trim() !== '' || state.form.limit.trim() !== '' || state.form.bandwidth.trim() !== '' || state.form.latency.some((x) => x.target.trim() !== '');

  /** Asks what would be answered; stores nothing. */
  async function tryOut() {
    if (!hasTerms() || !state.ready) {
      Object.assign(state, { verdict: null, mistakes: {} });
      return draw();
    }
    asked?.abort();
    const mine = new AbortController();
    asked = mine;
    state.asking = true;
    draw();
    try {
      const document = documentOf(state.form, 'unnamed');
      const target = replaces ? path('agreements', replaces) : '/agreements';
      const answer = await send(replaces ? 'PUT' : 'POST', `${target}?dry_run=true`, document, { signal: mine.signal });
      state.verdict = answer.body.status.admission;
      state.mistakes = {};
    } catch (problem) {
      if (mine.signal.aborted || place.signal.aborted) return undefined;
      state.verdict = problem.body?.admission ?? null;
      state.mistakes = problem.errors ? mistakesByField(problem.errors, state.form) : {};
      if (problem.status !== 409 && problem.status !== 422) state.problem = problem;
      else if (!state.verdict && problem.status === 409) state.mistakes = { name: taken };
    }
    state.asking = false;
    announce(state.verdict ? `Admission: ${state.verdict.outcome}` : Object.keys(state.mistakes).length > 0 ? 'Some fields are wrong' : '');
    return draw();
  }

  async function submit(event) {
    event.preventDefault();
    if (state.sending || !may('establish')) return;
    const mistakes = {};
    if (state.form.name.trim() === '') mistakes.name = 'An agreement needs a name.';
    if (state.form.tenant.trim() === '') mistakes.tenant = 'Say with whom it is.';
    if (!hasTerms()) mistakes.reservation = 'Promise or limit something: a rate, a bandwidth or a latency.';
    if (Object.keys(mistakes).length > 0) return refuse(mistakes);
    clearTimeout(timer);
    state.sending = true;
    state.problem = null;
    draw();
    const document = documentOf(state.form);
    const name = document.metadata.name;
    const fields = state.force ? fieldsOf({ force: 'true', who: current()?.label ?? '' }) : '';
    try {
      if (replaces) await send('PUT', path('agreements', replaces) + fields, document, { headers: state.tag ? { 'If-Match': state.tag } : {} });
      else await send('POST', `/agreements${fields}`, document);
      announce(`Agreement ${name} is in force.`);
      location.hash = link('agreements', name);
    } catch (problem) {
      state.sending = false;
      state.problem = problem instanceof Problem ? problem : new Problem(0, String(problem));
      if (problem.status === 412) state.problem = new Problem(412, 'Somebody has changed this agreement meanwhile. Load it anew to see how, then change it again.');
      state.verdict = problem.body?.admission ?? state.verdict;
      if (problem.status === 409 && !problem.body?.admission && !replaces) {
        state.problem = null;
        return refuse({ name: taken });
      }
      refuse(mistakesByField(problem.errors ?? [], state.form));
    }
    return undefined;
  }

  /** Shows what is wrong and goes to the first of it. */
  function refuse(mistakes) {
    state.mistakes = mistakes;
    for (const field of Object.keys(mistakes)) state.touched.add(field);
    draw();
    (place.node.querySelector('[aria-invalid="true"]') ?? place.node.querySelector('[role="alert"]'))?.focus?.();
  }

  function draw() {
    const head = pageHead(title, {
      before: h('a', { href: link('agreements') }, 'Agreements'),
      sub: !may('establish') ? 'Say what you would like to be promised. Whether it can be is answered while you type; to have it established, send the document to who runs the storage.' : replaces ? `Version ${state.version} is in force; what you send becomes the next one.` : 'Say what is promised, on which streams, and how it is judged. Whether it can be promised is answered while you type; nothing is stored before you say so.' });
    if (!state.ready) return place.show(head, state.problem ? notice('bad', state.problem.message) : loading('the agreement'));
    const refused = state.verdict?.outcome === 'refused';
    const blocked = refused && !state.force;
    const about = state.streams.filter((x) => matches(state.form, x));
    return place.show(head, h('div', { class: 'grid main-side' },
      h('form', { class: 'form card form-card', novalidate: true, 'aria-label': title, on: { submit } },
        agreementFields(state, { change, rows, fixedName: replaces !== '', fixedTenant: Boolean(current()?.tenant) }),
        (may('establish') || state.problem || state.mistakes['']) && h('div', { class: 'submit' },
          state.problem && notice('bad', state.problem.message),
          state.mistakes[''] && notice('bad', state.mistakes['']),
          refused && current()?.role === 'admin' && h('label', { class: 'check' }, h('input', { type: 'checkbox', checked: state.force, on: { change: (event) => { state.force = event.target.checked; draw(); } } }), 'Establish it although admission refuses it; the event says so'),
          may('establish') && h('button', { type: 'submit', class: blocked ? 'button' : 'button first', disabled: state.sending || blocked },
            state.sending ? 'Sending …' : replaces ? `Replace version ${state.version}` : 'Establish'))),
      outlook(state, about, documentOf(state.form))));
  }
  draw();
}
