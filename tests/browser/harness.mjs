// A browser on the instance that the script around it started, and what must hold on every page: nothing on the console,
// nothing refused by the content security policy, nothing asked of another host, nothing that axe finds.
import { chromium } from 'playwright-core';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

export const base = process.env.SLUICE_URL;
export const token = readFileSync(process.env.SLUICE_TOKEN_FILE, 'utf8').trim();
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** A loaded machine may take this long for what takes milliseconds. */
export const patience = { timeout: 60_000 };

let failed = 0;
let held = 0;

export function check(holds, sentence, detail = '') {
  if (holds) {
    held += 1;
    return;
  }
  failed += 1;
  console.error(`FAILED: ${sentence}${detail ? `\n  ${detail}` : ''}`);
}

/** Prints the sum; the exit code. */
export function sum() {
  console.log(`${held} held, ${failed} failed`);
  return failed === 0 && held > 0 ? 0 : 1;
}

export const launch = () => chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: process.getuid() === 0 ? ['--no-sandbox'] : [] });

/**
 * A page whose complaints are kept in `page.complaints`. A refusal that the test provokes (a dry run that is refused, a server
 * that is down) is no complaint: its status or its error is in `expected`.
 */
export async function opened(browser, { colours = 'light', width = 1360, height = 860, expected = [] } = {}) {
  const context = await browser.newContext({ colorScheme: colours, viewport: { width, height }, timezoneId: 'UTC' });
  const page = await context.newPage();
  page.complaints = [];
  page.expected = expected;
  page.on('console', (message) => {
    const text = message.text();
    if ((message.type() === 'error' || message.type() === 'warning') && !page.expected.some((x) => text.includes(x))) page.complaints.push(`console: ${text} (${message.location().url})`);
  });
  page.on('pageerror', (error) => page.complaints.push(`error: ${error.stack}`));
  page.on('request', (request) => {
    if (!request.url().startsWith(`${base}/`)) page.complaints.push(`request elsewhere: ${request.url()}`);
  });
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (x) => console.error(`refused by the policy: ${x.violatedDirective} ${x.blockedURI} ${x.sourceFile}:${x.lineNumber}`));
  });
  page.setDefaultTimeout(patience.timeout);
  return page;
}

/** As an administrator, unless another token is given. */
export async function signIn(page, with_ = token) {
  await page.goto(`${base}/`);
  await page.fill('#token', with_);
  await page.keyboard.press('Enter');
  await page.waitForSelector('.frame');
}

/** Goes to an address of the dashboard and waits until what is asked for is there. */
export async function goTo(page, hash, wanted) {
  await page.evaluate((x) => { location.hash = x; }, hash);
  try {
    await page.waitForSelector(wanted);
  } catch {
    check(false, `${hash} shows ${wanted}`, (await page.textContent('#app')).slice(0, 400));
  }
}

export async function checkQuiet(page, where) {
  check(page.complaints.length === 0, `${where}: the browser has nothing to complain of`, page.complaints.join('\n  '));
  page.complaints.length = 0;
}

/** What axe finds, on the whole page as it is now. */
export async function checkAccessible(page, where) {
  await page.evaluate(axe);
  const found = await page.evaluate(async () => (await window.axe.run(document, { resultTypes: ['violations'] })).violations
    .map((x) => `${x.id} (${x.impact}): ${x.help}: ${x.nodes.slice(0, 3).map((y) => `${y.target.join(' ')} ${y.failureSummary.split('\n').slice(1, 3).join(' ')}`).join('; ')}`));
  check(found.length === 0, `${where}: axe finds nothing`, found.join('\n  '));
}

/** Nothing stands out to the right of the window. */
export async function checkFits(page, where) {
  const beyond = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  check(beyond <= 0, `${where}: fits its width`, `${beyond} pixels too wide`);
}

export async function picture(page, name) {
  if (process.env.SLUICE_PICTURES) await page.screenshot({ path: `${process.env.SLUICE_PICTURES}/${name}.png`, fullPage: true });
}

/** The API, as an administrator. */
export async function api(method, path, body) {
  const answer = await fetch(`${base}/api/v1${path}`, { method, body: body && JSON.stringify(body), headers: { Authorization: `Bearer ${token}`, ...(body ? { 'Content-Type': 'application/json' } : {}) } });
  return { status: answer.status, body: await answer.json().catch(() => null) };
}
