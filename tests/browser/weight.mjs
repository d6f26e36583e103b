// What comes over the wire until every page was seen once, and when something useful is seen first (told, not judged: that
// is for a quiet machine).
import { check, goTo, launch, opened, signIn, sum } from './harness.mjs';

/** The bar of the dashboard's design. */
const most_bytes = 150_000;

const browser = await launch();
const page = await opened(browser);
const wire = await page.context().newCDPSession(page);
await wire.send('Network.enable');
const names = new Map();
const bytes = new Map();
wire.on('Network.responseReceived', ({ requestId, response }) => names.set(requestId, new URL(response.url).pathname));
wire.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
  const name = names.get(requestId);
  if (name && !name.startsWith('/api/') && name !== '/readyz') bytes.set(name, (bytes.get(name) ?? 0) + encodedDataLength);
});
await signIn(page);
await page.waitForSelector('.verdict');
const first = [...bytes.values()].reduce((a, b) => a + b, 0);
const paint = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime);
for (const address of ['#/agreements', '#/streams', '#/backends', '#/gateways', '#/events', '#/establish']) await goTo(page, address, 'h1');
await goTo(page, `#/agreements/${process.env.SLUICE_AGREEMENT}`, '.chart canvas');
await goTo(page, `#/streams/${process.env.SLUICE_STREAM}`, '.chart canvas');
await goTo(page, `#/backends/${process.env.SLUICE_BACKEND}`, '.chart canvas');
const all = [...bytes.values()].reduce((a, b) => a + b, 0);
for (const [name, size] of [...bytes].sort((a, b) => b[1] - a[1]).slice(0, 6)) console.log(`${String(size).padStart(7)} ${name}`);
console.log(`${bytes.size} files, ${all} bytes with headers; ${first} until the overview; first paint after ${Math.round(paint)} ms`);
check(bytes.size > 20 && all <= most_bytes, `at most ${most_bytes} bytes for all pages together`, `${all}`);
await browser.close();
process.exit(sum());
