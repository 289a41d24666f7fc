/** Another key for this browser: signed by the old one, checked once more, used for the next payment; also after a lost answer. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { pictures } from './browser.mjs';
import {
  button,
  enterPin,
  heading,
  inBoth,
  intent,
  openWallet,
  scanPicture,
  seen,
  setPin,
} from './setting.mjs';

const KO = {
  tag: 'ko',
  locale: 'ko-KR',
  say: {
    open: '열쇠 바꾸기…',
    act: '열쇠 바꾸기',
    sheet: '한 번 더 확인할게요',
    pin: '결제 비밀번호',
    done: '열쇠를 바꿨어요',
    key: '서명 열쇠',
    pay: /결제하기$/,
    paid: '결제했어요',
  },
};
const EN = {
  tag: 'en',
  locale: 'en-GB',
  say: {
    open: 'Make another key…',
    act: 'Make another key',
    sheet: 'One more check',
    pin: 'Payment PIN',
    done: 'This browser has another key',
    key: 'Signing key',
    pay: /^Pay ₩/,
    paid: 'Paid',
  },
};

inBoth([KO, EN], rotation);

function rotation({ tag, say }, newcomer) {
  let payer;
  let page;
  const print = async () => {
    const line = page.locator('dd').filter({ hasText: 'P-256' });
    await seen(line.getByText(/^[\w-]{16}$/));
    return line.getByText(/^[\w-]{16}$/).innerText();
  };
  const rotate = async () => {
    await button(page, say.open).click();
    await page.getByRole('dialog').getByRole('button', { name: say.act, exact: true }).click();
    await seen(page.getByRole('dialog', { name: say.sheet }));
    await enterPin(page, say.pin);
  };
  const pay = async () => {
    await scanPicture(page, { tag }, await intent(1_000, '물'));
    await button(page, say.pay).click();
    await seen(heading(page, say.paid));
  };

  before(async () => {
    payer = await newcomer();
    page = payer.page;
    await openWallet(page, { tag, times: 1 });
    await setPin(page, { tag });
  });

  test('the key is another one afterwards, and pays', async () => {
    await page.goto('/security/browser');
    const before_ = await print();
    await pictures(page, `rotate-${tag}`, { full: true });
    await rotate();
    await seen(page.getByText(say.done));
    await pictures(page, `rotated-${tag}`, { full: true });
    assert.notEqual(await print(), before_);
    await pay();
  });

  test('an answer that was lost is found again', async () => {
    await page.goto('/security/browser');
    const before_ = await print();
    let sent = 0;
    await page.route('**/v1/devices/rotate', async (route) => {
      sent += 1;
      // The first asks for the check; the second is done by the server, and its answer never arrives.
      if (sent === 1) return route.continue();
      await route.fetch();
      return route.abort('connectionreset');
    });
    await rotate();
    await seen(page.getByText(say.done));
    await page.unroute('**/v1/devices/rotate');
    await page.reload();
    assert.notEqual(await print(), before_);
    await pay();
  });

  test('no page broke its policy, failed, or asked another origin', () => {
    assert.deepEqual(payer.faults, []);
  });
}
