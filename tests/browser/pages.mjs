// Every page with real processes and traffic behind it: it shows what it is for, in light, dark and on a phone.
import { check, checkAccessible, checkFits, checkQuiet, goTo, launch, opened, picture, signIn, sum } from './harness.mjs';

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

await browser.close();
process.exit(sum());
