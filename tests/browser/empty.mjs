// An instance on which nothing has happened yet: each page says what to do next.
import { checkAccessible, checkQuiet, check, goTo, launch, opened, picture, signIn, sum } from './harness.mjs';

const browser = await launch();
const page = await opened(browser);

await page.goto(process.env.SLUICE_URL);
await page.waitForSelector('#token');
await checkAccessible(page, 'sign in');
await picture(page, 'empty-sign-in');
await signIn(page);
await page.waitForSelector('text=Nothing is promised yet.');
check(await page.isVisible('text=sluicectl apply -f deploy/first-agreement.yaml'), 'the overview names the command that establishes agreements');
await picture(page, 'empty-overview');
await goTo(page, '#/agreements', '.empty >> text=No agreement yet');
await goTo(page, '#/streams', '.empty >> text=No stream in the last ten minutes');
check(await page.isVisible('text=fio --name=try'), 'the streams name the command that makes traffic');
await picture(page, 'empty-streams');
await goTo(page, '#/backends', '.empty >> text=Nothing has been measured yet');
await goTo(page, '#/gateways', 'text=Connected');
await goTo(page, '#/events', 'h1');
await goTo(page, '#/nowhere', '.empty >> text=There is no such page');
await checkQuiet(page, 'an empty instance');
page.expected = ['404']; // what the two next are about
await goTo(page, '#/agreements/nobody', '.empty >> text=There is no such agreement');
await goTo(page, '#/streams/no/such/stream', 'text=there is no stream no/such/stream');
await checkQuiet(page, 'what is not there');
await browser.close();
process.exit(sum());
