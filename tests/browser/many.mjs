// Ten thousand streams: how long it takes until a page can be used, from the moment somebody goes there, and how long the page is
// busy in a second of standing open. Told, and judged by ten times the aim: the machine may be loaded.
import { api, check, checkQuiet, launch, opened, picture, signIn, sum } from './harness.mjs';

const aim_ms = 300;
const most_ms = 10 * aim_ms;
const visits = 5;

const { body } = await api('GET', '/overview');
console.log(`${body.streams.total} streams, ${body.agreements.total} agreements`);
check(body.streams.total >= 9_900, 'there are ten thousand streams', `${body.streams.total}`);

const browser = await launch();
const page = await opened(browser);
await signIn(page);
await page.waitForSelector('.verdict');
const wire = await page.context().newCDPSession(page);
await wire.send('Performance.enable');
const busy = async () => (await wire.send('Performance.getMetrics')).metrics.find((x) => x.name === 'TaskDuration').value;

/** Milliseconds from going to an address until what is wanted is there and painted. */
const arrival = (address, wanted) => page.evaluate(([to, selector]) => new Promise((resolve) => {
  const begin = performance.now();
  location.hash = to;
  const look = () => {
    if (document.querySelector(selector)) requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - begin)));
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}), [address, wanted]);
const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

for (const [name, address, wanted] of [['overview', '#/', '.verdict'], ['streams', '#/streams', '.rows tbody tr:nth-child(50)'],
  ['streams, filtered', '#/streams?text=127.10.9.', '.rows tbody tr:nth-child(50)'], ['streams of an agreement', `#/streams?agreement=${process.env.SLUICE_AGREEMENT}`, '.rows tbody tr:nth-child(50)'],
  ['agreement', `#/agreements/${process.env.SLUICE_AGREEMENT}`, '.verdict'], ['backend', `#/backends/${process.env.SLUICE_BACKEND}`, '.meter.tall'], ['gateways', '#/gateways', '.rows'], ['form', '#/establish', '#name']]) {
  const took = [];
  for (let i = 0; i < visits; i += 1) {
    await page.evaluate(() => { location.hash = '#/nowhere'; });
    await page.waitForSelector('.empty >> text=There is no such page');
    took.push(await arrival(address, wanted));
  }
  const before = await busy();
  await page.waitForTimeout(3_000);
  const part = (await busy()) - before;
  console.log(`${name}: ${Math.round(median(took))} ms (first ${Math.round(took[0])}, slowest ${Math.round(Math.max(...took))}); then busy ${Math.round((1000 * part) / 3)} ms a second`);
  check(median(took) <= most_ms, `${name} can be used within ${most_ms} ms`, `${took.map(Math.round)}`);
  await picture(page, `many-${name.replaceAll(/\W+/g, '-')}`);
}
await checkQuiet(page, 'ten thousand streams');
await browser.close();
process.exit(sum());
