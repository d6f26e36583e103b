// Each role on every page: it can be used, offers nothing that the role may not do, and tells a customer nothing of another.
import { api, check, checkAccessible, checkFits, checkQuiet, goTo, launch, opened, picture, signIn, sum } from './harness.mjs';

const mine = process.env.SLUICE_STREAM;
const [agreement, backend] = [process.env.SLUICE_AGREEMENT, process.env.SLUICE_BACKEND];
/** What belongs to the other tenant. */
const others = { tenant: 'globex', agreement: 'other-bronze', stream: 'gw1/other/127.0.0.1' };

const tokenOf = async (role, tenant) => {
  const made = await api('POST', '/tokens', { role, label: `${role} at the browser`, ...(tenant ? { tenant } : {}) });
  check(made.status === 201, `there is a token for ${role}`, JSON.stringify(made.body));
  return made.body.token;
};

const everywhere = { overview: ['#/', '.verdict strong'], agreements: ['#/agreements', `.rows a >> text=${agreement}`], agreement: [`#/agreements/${agreement}`, '.chart canvas'],
  streams: ['#/streams', `.rows a[href*="${mine.split('/')[1]}"]`], stream: [`#/streams/${mine}`, '.why'], 'stream-past': [`#/streams/${mine}?range=1h`, 'text=one point is'] };
const storage = { backends: ['#/backends', `.rows a >> text=${backend}`], backend: [`#/backends/${backend}`, '.meter.tall'], gateways: ['#/gateways', '.badge >> text=Connected'], events: ['#/events', '.feed li'] };
const form = { establish: ['#/establish', 'form #name'] };

const browser = await launch();

/** Signs in, sees each page, and leaves the page open. `refused`: pages that are not for the role. */
async function seesAs(role, tenant, seen, refused, { tells = () => {} } = {}) {
  const page = await opened(browser);
  await signIn(page, await tokenOf(role, tenant));
  for (const [name, [address, wanted]] of Object.entries(seen)) {
    const where = `${name} as ${role}`;
    await goTo(page, address, wanted);
    await page.waitForSelector('.pulse[data-state="live"]');
    await checkFits(page, where);
    await checkAccessible(page, where);
    await tells(page, where);
    await picture(page, `role-${role}-${name}`);
    await checkQuiet(page, where);
  }
  for (const [name, [address]] of Object.entries(refused)) {
    const where = `${name} as ${role}`;
    await goTo(page, address, `.empty >> text=The role ${role} has no use of this page`);
    check(await page.evaluate((x) => document.querySelector(`nav a[href="${x}"]`) === null, address), `${where}: nothing leads there`);
    await checkAccessible(page, where);
    await checkQuiet(page, where);
  }
  return page;
}
const shows = (page, text) => page.isVisible(`text=${text}`);

const operator = await seesAs('operator', null, { ...everywhere, ...storage, ...form }, {});
check(await shows(operator, 'sluicectl apply -f agreement.yaml'), 'operator: may apply');
await goTo(operator, `#/streams/${mine}`, '.why');
check(await shows(operator, `sluicectl limit ${mine}`), 'operator: is told how to limit');
await goTo(operator, '#/events', '.feed li');
check(await shows(operator, 'Audit trail'), 'operator: sees who changed what');
await operator.context().close();

const viewer = await seesAs('viewer', null, { ...everywhere, ...storage }, form);
await goTo(viewer, '#/', '.verdict strong');
check(!(await viewer.isVisible('a[href^="#/establish"]')), 'viewer: is offered no form');
await goTo(viewer, `#/agreements/${agreement}`, '.verdict strong');
check(!(await viewer.isVisible('a >> text=Change')), 'viewer: is offered no change');
await goTo(viewer, `#/streams/${mine}`, '.why');
check(!(await shows(viewer, 'sluicectl limit')), 'viewer: is not told to limit');
await goTo(viewer, '#/events', '.feed li');
check(!(await shows(viewer, 'Audit trail')), 'viewer: sees no audit trail');
await viewer.context().close();

// A customer: its own, and nothing of the other that shares its backend.
const tells = async (page, where) => {
  const text = await page.content();
  for (const name of Object.values(others)) check(!text.includes(name), `${where}: says nothing of ${name}`);
  check(await page.evaluate(() => document.querySelector('a[href^="#/backends"], a[href^="#/gateways"], a[href^="#/events"]') === null), `${where}: leads to no page of the storage`);
};
const customer = await seesAs('customer', 'acme', { ...everywhere, ...form }, storage, { tells });
await goTo(customer, '#/establish', '#tenant');
check(await customer.inputValue('#tenant') === 'acme' && !(await customer.isEditable('#tenant')), 'customer: asks for itself');
check(!(await customer.isVisible('button[type=submit]')), 'customer: is offered no establishing');
await customer.fill('#volume', 'scratch');
await customer.fill('#reservation', '10');
await customer.waitForFunction(() => /promised/.test(document.querySelector('[aria-labelledby="admission-title"] .outcome')?.textContent));
await tells(customer, 'admission as customer');
await checkAccessible(customer, 'admission as customer');
await checkQuiet(customer, 'admission as customer');
await goTo(customer, `#/streams/${mine}`, '.why');
check(!(await shows(customer, 'sluicectl limit')), 'customer: is not told to limit');
customer.expected = ['404']; // what is another's is as if it were not there
await goTo(customer, `#/agreements/${others.agreement}`, '.empty >> text=There is no such agreement');
await goTo(customer, `#/streams/${others.stream}`, 'text=there is no stream');
await checkQuiet(customer, 'what is another’s');

await browser.close();
process.exit(sum());
