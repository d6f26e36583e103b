// The server goes away and comes back: the page says since when it is not connected, and goes on by itself.
import { execFileSync } from 'node:child_process';
import { check, checkAccessible, checkQuiet, launch, opened, picture, signIn, sum } from './harness.mjs';

const run = (command) => execFileSync('/bin/bash', ['-c', command], { stdio: ['ignore', 'ignore', 'inherit'] });
const browser = await launch();
const page = await opened(browser, { expected: ['ERR_CONNECTION_REFUSED', 'ERR_CONNECTION_RESET', 'ERR_EMPTY_RESPONSE', 'ERR_INCOMPLETE_CHUNKED_ENCODING', 'ERR_SOCKET_NOT_CONNECTED', '503'] });
await signIn(page);
await page.waitForSelector('.pulse[data-state="live"]');
await page.waitForSelector('.verdict');

run(process.env.SLUICE_KILL);
await page.waitForSelector('.pulse[data-state="lost"]');
check(/^Not connected since \d\d:\d\d:\d\d$/.test(await page.textContent('.pulse')), 'it says since when it is not connected', await page.textContent('.pulse'));
check(await page.isVisible('.notices .notice[data-kind="bad"]'), 'it says that what is shown is old');
check(await page.isVisible('.verdict'), 'what was known stays');
await checkAccessible(page, 'not connected');
await picture(page, 'not-connected');

run(process.env.SLUICE_START);
await page.waitForSelector('.pulse[data-state="live"]');
const before = await page.textContent('.page-head .sub');
await page.waitForFunction((x) => document.querySelector('.page-head .sub')?.textContent !== x, before);
check(!(await page.isVisible('.notices .notice[data-kind="bad"]')), 'it goes on by itself');
await page.click('nav a >> text=Streams');
await page.waitForSelector('.rows');
await checkQuiet(page, 'a restart');
await browser.close();
process.exit(sum());
