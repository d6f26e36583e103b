// By keyboard alone, from signing in to an established agreement; on the way everything that can be refused is.
import { api, check, checkAccessible, checkQuiet, launch, opened, picture, sum, base, token } from './harness.mjs';

const browser = await launch();
const page = await opened(browser, { expected: ['401', '409', '422'] });
const keys = page.keyboard;

/** The keyboard goes on with Tab until it stands on what is wanted. */
async function tabTo(selector) {
  for (let i = 0; i < 80; i += 1) {
    if (await page.evaluate((x) => document.activeElement?.matches(x), selector)) return true;
    await keys.press('Tab');
  }
  check(false, `Tab reaches ${selector}`);
  return false;
}
async function type(selector, text) {
  await tabTo(selector);
  await keys.press('Control+A');
  await keys.type(text);
}
const outcome = () => page.textContent('[aria-labelledby="admission-title"] .outcome');

await page.goto(`${base}/`);
await page.waitForSelector('#token:focus');
await keys.type('nonsense');
await keys.press('Enter');
await page.waitForSelector('#token-wrong');
check((await page.textContent('#token-wrong')).includes('opens nothing'), 'a wrong token is refused with a sentence');
await checkAccessible(page, 'sign in, refused');
await keys.press('Control+A');
await keys.type(token);
await keys.press('Enter');
await page.waitForSelector('h1 >> text=Overview');

await keys.press('Tab');
await page.waitForFunction(() => document.activeElement?.tagName === 'A' || document.activeElement?.tagName === 'BUTTON');
await tabTo('a[href="#/establish"]');
await keys.press('Enter');
await page.waitForSelector('h1 >> text=Establish an agreement');

// Nothing filled in: it says what is missing, and stands at the first field that is.
await tabTo('button[type=submit]');
await keys.press('Enter');
await page.waitForSelector('#name[aria-invalid="true"]');
check(await page.evaluate(() => document.activeElement?.id) === 'name', 'the keyboard goes to the first mistake');
await checkAccessible(page, 'establish, incomplete');

await keys.type('browser-silver');
await type('#tenant', 'initech');
await type('#volume', 'scratch');
await type('#reservation', '9000');
await type('#limit', '50');
await page.waitForSelector('#reservation-wrong');
check((await page.textContent('#reservation-wrong')).includes('limit'), 'what the server finds wrong stands at its field');
await picture(page, 'establish-mistake');

await type('#limit', '9000');
await page.waitForFunction(() => !document.querySelector('#reservation-wrong') && /promised/.test(document.querySelector('[aria-labelledby="admission-title"] .outcome')?.textContent));
check(/can be promised|cannot be promised/.test(await outcome()), 'admission answers while it is filled in');
check((await page.textContent('.yaml')).includes('name: browser-silver'), 'the document is shown');
await checkAccessible(page, 'establish, judged');
await picture(page, 'establish-judged');
check((await api('GET', '/agreements/browser-silver')).status === 404, 'nothing is stored before it is sent');

// What is a slip to a person is none to the form: a blank before the unit. A volume that nobody serves is said to be one.
await type('#volume', 'nobody-has-it');
await type('#latency-0-target', '5 ms');
await page.waitForFunction(() => /would apply to nothing/.test(document.querySelector('[aria-labelledby="admission-title"] .outcome')?.textContent));
check((await page.textContent('.yaml')).includes('target: 5ms'), 'a blank before the unit does no harm');
// A name that is taken is said at the name, in words for people.
await type('#volume', 'scratch');
await type('#name', process.env.SLUICE_AGREEMENT);
await page.waitForFunction(() => /exists already/.test(document.querySelector('#name-wrong')?.textContent));
await checkAccessible(page, 'establish, the name is taken');
await type('#name', 'browser-silver');

await type('#reservation', '20');
await type('#limit', '5000');
await type('#latency-0-target', '500ms');
await page.waitForFunction(() => /It can be promised/.test(document.querySelector('[aria-labelledby="admission-title"] .outcome')?.textContent));
await tabTo('button[type=submit]');
await keys.press('Enter');
await page.waitForSelector('h1 >> text=browser-silver');
const stored = await api('GET', '/agreements/browser-silver');
check(stored.status === 200 && stored.body.spec.objective.reservation.iops === 20, 'the agreement is stored', JSON.stringify(stored.body));
// It is shown live at once: what its stream does against the promise, and when the first verdict comes instead of a dash.
await page.waitForSelector('.segments [aria-pressed="true"] >> text=Live');
await page.waitForSelector('.chart canvas');
await page.waitForSelector('.verdict strong');
await page.waitForSelector('.figures dd');
const figures = await page.$$eval('.figures dd', (all) => all.map((x) => x.textContent));
check(!figures.some((x) => x.trim() === '–'), 'no figure is a dash', figures.join(' | '));
await checkAccessible(page, 'an agreement that was just established');
await picture(page, 'established');
await page.waitForFunction(() => /Kept|Broken|Not judged:|Nothing to judge/.test(document.querySelector('.verdict strong')?.textContent));
check(true, 'the first verdict is shown when it is there');
await checkQuiet(page, 'establishing');

// And changed: the form begins with what is in force.
await page.click('a >> text=Change');
await page.waitForSelector('h1 >> text=Change browser-silver');
await page.waitForSelector('#reservation');
check(await page.inputValue('#reservation') === '20' && await page.inputValue('#latency-0-target') === '500ms', 'the form begins with the terms in force');
await page.fill('#reservation', '30');
await page.waitForFunction(() => /It can be promised/.test(document.querySelector('[aria-labelledby="admission-title"] .outcome')?.textContent));
await page.click('button[type=submit]');
await page.waitForSelector('text=version 2');
check((await api('GET', '/agreements/browser-silver')).body.status.version === 2, 'the change is the next version');

// Suspended and resumed.
await page.click('button >> text=Suspend');
check((await api('GET', '/agreements/browser-silver')).body.status.version === 2, 'suspending is asked about first');
await page.click('button >> text=Suspend it');
await page.waitForSelector('text=This agreement is suspended');
await page.waitForSelector('.badge >> text=Suspended');
check((await api('GET', '/agreements/browser-silver')).body.spec.suspended === true, 'it is suspended');
await checkAccessible(page, 'suspended');
await picture(page, 'suspended');
await page.click('button >> text=Resume');
await page.waitForSelector('text=version 4');
check((await api('GET', '/agreements/browser-silver')).body.spec.suspended === undefined, 'it is in force again');
await checkQuiet(page, 'suspending');
await api('DELETE', '/agreements/browser-silver');

await browser.close();
process.exit(sum());
