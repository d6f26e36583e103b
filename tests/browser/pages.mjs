// Every page with real processes and traffic behind it: it shows what it is for, in light, dark and on a phone.
import { api, check, checkAccessible, checkFits, checkQuiet, goTo, launch, opened, picture, signIn, sum } from './harness.mjs';

const stream = process.env.SLUICE_STREAM;
const agreement = process.env.SLUICE_AGREEMENT;
const backend = process.env.SLUICE_BACKEND;

/** Page → address, and what must be seen on it. */
const pages = {
  overview: ['#/', [`.rows a >> text=${agreement}`, '.verdict strong', '.figures dd', '.meter[role=img]', '.feed']],
  agreements: ['#/agreements', [`.rows a >> text=${agreement}`, '.rows .badge']],
  agreement: [`#/agreements/${agreement}`, ['.verdict strong', '.segments [aria-pressed="true"] >> text=Live', '.chart canvas', 'text=Error budget left', 'text=How fast the budget goes', `.rows >> text=${stream.split('/')[1]}`, 'a >> text=Report']],
  streams: ['#/streams', [`.rows a[href*="${stream.split('/')[1]}"]`]],
  stream: [`#/streams/${stream}`, ['.chart canvas', '.why', 'text=Its own limit']],
  'stream-past': [`#/streams/${stream}?range=1h`, ['.chart canvas', 'text=one point is', 'text=p99.9']],
  backends: ['#/backends', [`.rows a >> text=${backend}`]],
  backend: [`#/backends/${backend}`, ['.chart canvas', '.meter.tall', 'text=Where its latency bends', `.rows a[href*="${stream.split('/')[1]}"]`]],
  gateways: ['#/gateways', ['.badge >> text=Connected', '.rows']],
  events: ['#/events', ['.feed li']],
  establish: ['#/establish', ['form #name', 'text=Can it be promised?', '.yaml']],
};
const looks = { light: {}, dark: { colours: 'dark' }, phone: { width: 390, height: 844 } };

const browser = await launch();
for (const [look, options] of Object.entries(looks)) {
  const page = await opened(browser, options);
  await signIn(page);
  check(await page.evaluate(() => document.documentElement.dataset.theme) === (look === 'dark' ? 'dark' : 'light'), `${look}: the colours are those of the system`);
  for (const [name, [address, wanted]] of Object.entries(pages)) {
    const where = `${name}, ${look}`;
    for (const each of wanted) await goTo(page, address, each);
    await page.waitForSelector('.pulse[data-state="live"]');
    check(await page.evaluate(() => document.querySelectorAll('h1').length) === 1, `${where}: one title`);
    await checkFits(page, where);
    await checkAccessible(page, where);
    await checkQuiet(page, where);
    await picture(page, `${name}-${look}`);
  }
  await page.context().close();
}

// The figures move by themselves.
const page = await opened(browser);
await signIn(page);
await page.waitForSelector('.page-head .sub');
const before = await page.textContent('.page-head .sub');
await page.waitForFunction((x) => document.querySelector('.page-head .sub')?.textContent !== x, before);
check(true, 'the overview is live');

// The theme switch holds over a new page.
await page.click('[aria-label="Dark colours"]');
check(await page.evaluate(() => document.documentElement.dataset.theme) === 'dark', 'the switch makes it dark');
await page.reload();
check(await page.evaluate(() => document.documentElement.dataset.theme) === 'dark', 'it stays dark after a reload');

// Agreements come page by page, and the filter is the server's.
const names = Array.from({ length: 60 }, (_, i) => `browser-${String(i).padStart(2, '0')}`);
const terms = (name) => ({ apiVersion: 'sluice/v1', kind: 'Agreement', metadata: { name, tenant: 'initech' }, spec: { streams: { volume: name }, objective: { weight: 1 } } });
for (const name of names) await api('PUT', `/agreements/${name}`, terms(name));
const last = '.rows tbody tr:last-child a';
const foot = (text) => page.waitForFunction((x) => document.querySelector('.card')?.textContent.includes(x), text);
await goTo(page, '#/agreements?text=browser', 'button >> text=Further');
check((await page.textContent(last)) === names[49], 'a page has fifty agreements');
await page.click('button >> text=Further');
await foot('51 to 60');
check((await page.textContent(last)) === names[59], 'the next page goes on behind it');
await picture(page, 'agreements-second-page');
await page.click('button >> text=Back');
await foot('1 to 50');
check((await page.textContent(last)) === names[49], 'and back');
await page.fill('input[type=search]', 'browser-57');
await foot('1 agreement');
check((await page.textContent(last)) === names[57], 'the filter finds what is on another page');
await checkQuiet(page, 'agreements, page by page');
for (const name of names) await api('DELETE', `/agreements/${name}`);

await browser.close();
process.exit(sum());
