/** Every page, on a phone and a desk, light and dark: nothing sideways, cut, faint or nameless, and the keyboard goes along. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { DESKTOP, PHONE } from './browser.mjs';
import { faultsOf } from './looks.mjs';
import { apiKey, button, inBoth, intent, openWallet, scanPicture, seen, setPin } from './setting.mjs';

const KO = {
  tag: 'ko',
  locale: 'ko-KR',
  say: { pay: /결제하기$/, till: '계산대 열기', begin: '시작하기', look: '보증됐는지 확인하기' },
};
const EN = {
  tag: 'en',
  locale: 'en-GB',
  say: { pay: /^Pay ₩/, till: 'Open the till', begin: 'Begin', look: 'Has somebody spoken for me?' },
};

const WALLET = [
  '/',
  '/activity',
  '/scan',
  '/alerts',
  '/security',
  '/security/devices',
  '/security/devices/add',
  '/security/pin',
  '/security/passkeys',
  '/security/recovery',
  '/security/help',
  '/security/limits',
  '/security/browser',
  '/nothing-here',
];
const PLAIN = ['/', '/join', '/recover', '/freeze', '/tools/qr', '/shop'];

inBoth([KO, EN], pages);

function pages({ tag, say }, newcomer) {
  let payer;
  let visitor;

  /** The page in both sizes and both modes. */
  async function look(page) {
    await page.waitForFunction(() => document.querySelector('[class*="skeleton"]') === null);
    const found = [];
    for (const viewport of [PHONE, DESKTOP]) {
      await page.setViewportSize(viewport);
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme });
        await page.waitForFunction(
          (scheme) => document.documentElement.dataset.mantineColorScheme === scheme,
          colorScheme,
        );
        const at = `${new URL(page.url()).pathname} ${viewport.width} ${colorScheme}`;
        found.push(...(await faultsOf(page)).map((fault) => `${at}: ${fault}`));
      }
    }
    await page.setViewportSize(PHONE);
    assert.deepEqual(found, []);
  }

  before(async () => {
    payer = await newcomer();
    visitor = await newcomer();
    await openWallet(payer.page, { tag, times: 1 });
    await setPin(payer.page, { tag });
  });

  test('the eye that looks sees what is wrong', async () => {
    const { page } = await newcomer();
    await page.setContent(
      `<h1>One</h1><h1>Two</h1><div style="width: 3000px">wide</div><p style="color: #999; background: #fff">faint</p>
      <button></button><p style="width: 20px; overflow: hidden; white-space: nowrap">a long line that is cut</p>
      <div style="width: 60px; overflow: hidden"><p style="white-space: nowrap">a long line that a box further out cuts</p></div>
      <div style="height: 20px; overflow: hidden"><p style="width: 60px">lines of which only the first is seen</p></div>
      <div style="width: 60px; overflow: auto"><p style="white-space: nowrap">a long line that scrolls</p></div>`,
    );
    const found = (await faultsOf(page)).map((fault) => fault.split(':')[0].replace(/[\d.]+/, 'n'));
    assert.deepEqual(found.sort(), [
      'cut',
      'cut',
      'cut',
      'faint, n',
      'n headings of the first level',
      'nameless',
      'wider than the window',
    ]);
  });

  for (const path of PLAIN)
    test(`${path}, before there is a wallet`, async () => {
      await visitor.page.goto(path);
      await seen(visitor.page.getByRole('heading', { level: 1 }));
      await look(visitor.page);
    });

  test('the way back to a lost wallet, once it is begun', async () => {
    const { page } = visitor;
    await page.goto('/recover#wallet=pyr_01m4q5k3j8e9ab3cd5ef7gh9jk');
    await button(page, say.begin).click();
    await seen(button(page, say.look));
    await look(page);
  });

  test('a payment’s preview and receipt', async () => {
    const { page } = payer;
    await scanPicture(page, { tag }, await intent(4_500, '아메리카노 2잔'));
    await seen(button(page, say.pay));
    await look(page);
    await button(page, say.pay).click();
    await page.waitForURL(/\/payments\//);
    await seen(page.getByRole('heading', { level: 1 }));
    await look(page);
  });

  for (const path of WALLET)
    test(`${path} of the wallet`, async () => {
      await payer.page.goto(path);
      await seen(payer.page.getByRole('heading', { level: 1 }));
      await look(payer.page);
    });

  test('the shop’s till', async () => {
    const { page } = visitor;
    await page.goto(`/shop#key=${apiKey}`);
    await button(page, say.till).click();
    await look(page);
  });

  test('by keyboard every control of a page is reached, in the order it is read', async () => {
    const { page } = payer;
    await page.goto('/security');
    await seen(page.getByRole('heading', { level: 1 }));
    await page.waitForFunction(() => document.querySelector('[class*="skeleton"]') === null);
    await page.setViewportSize(DESKTOP);
    const wanted = await page.evaluate(
      () =>
        [...document.querySelectorAll('a[href], button:not([disabled]), input, summary')].filter((one) =>
          one.checkVisibility(),
        ).length,
    );
    const order = [];
    // The page's heading takes the focus at first; the keyboard goes round from there.
    await page.locator('a[href]').first().focus();
    await page.keyboard.press('Shift');
    for (let step = 0; step < wanted; step += 1) {
      if (step > 0) await page.keyboard.press('Tab');
      order.push(
        await page.evaluate(() => {
          const one = document.activeElement;
          const all = [...document.querySelectorAll('*')];
          const { outlineStyle, outlineWidth } = getComputedStyle(one);
          return { at: all.indexOf(one), ringed: outlineStyle !== 'none' && outlineWidth !== '0px' };
        }),
      );
    }
    const places = order.map(({ at }) => at);
    assert.deepEqual(
      places,
      [...places].sort((a, b) => a - b),
    );
    assert.equal(new Set(places).size, wanted);
    assert.ok(order.every(({ ringed }) => ringed));
    await page.setViewportSize(PHONE);
  });

  test('no page broke its policy, failed, or asked another origin', () => {
    assert.deepEqual([...payer.faults, ...visitor.faults], []);
  });
}
