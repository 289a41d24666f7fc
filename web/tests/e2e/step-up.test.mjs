/** One more check: said beforehand, done on that very payment by a PIN, counted, and worth nothing for anything else. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { pictures } from './browser.mjs';
import { PIN, button, enterPin, heading, inBoth, intent, openWallet, scanPicture, seen } from './setting.mjs';

const OTHER = '927416';
const KO = {
  tag: 'ko',
  locale: 'ko-KR',
  say: {
    preview: '결제 전 확인',
    ahead: '결제 비밀번호를 물어볼게요',
    setUp: '결제 비밀번호 만들기',
    new: '새 비밀번호',
    again: '새 비밀번호 한 번 더',
    old: '지금 비밀번호',
    simple: /쉽게 맞힐 수 있는/,
    done: '결제 비밀번호를 만들었어요',
    pay: /결제하기$/,
    sheet: '한 번 더 확인할게요',
    pin: '결제 비밀번호',
    wrong: /결제 비밀번호가 틀렸습니다.*4번 남았어요/,
    cancel: '지금은 안 할래요',
    paid: '결제했어요',
    change: '비밀번호 바꾸기',
    remove: '비밀번호 없애기…',
    removeAct: '없애기',
  },
};
const EN = {
  tag: 'en',
  locale: 'en-GB',
  say: {
    preview: 'Check before you pay',
    ahead: 'A payment PIN will be asked',
    setUp: 'Set a payment PIN',
    new: 'New PIN',
    again: 'The new PIN once more',
    old: 'The PIN you have now',
    simple: /easily guessed/,
    done: 'The payment PIN is set',
    pay: /^Pay ₩/,
    sheet: 'One more check',
    pin: 'Payment PIN',
    wrong: /The payment PIN is wrong.*4 tries left/,
    cancel: 'Not now',
    paid: 'Paid',
    change: 'Change the PIN',
    remove: 'Remove the PIN…',
    removeAct: 'Remove it',
  },
};

inBoth([KO, EN], stepUp);

function stepUp({ tag, say }, newcomer) {
  let payer;
  let page;
  const enter = (label, digits) => enterPin(page, label, digits);
  const dialog = () => page.getByRole('dialog', { name: say.sheet });

  async function scan(minor) {
    await scanPicture(page, { tag }, await intent(minor, 'Headphones'));
    await seen(heading(page, say.preview));
  }

  before(async () => {
    payer = await newcomer();
    page = payer.page;
    await openWallet(page, { tag, times: 6 });
  });

  test('a small payment asks for nothing more than the device’s signature', async () => {
    await scan(3_000);
    assert.equal(await page.getByText(say.ahead).count(), 0);
    await button(page, say.pay).click();
    await seen(heading(page, say.paid));
  });

  test('the preview says that a check will be asked for, and that none is set up', async () => {
    await scan(120_000);
    await seen(page.getByText(say.ahead));
    await pictures(page, `step-up-ahead-none-${tag}`, { full: true });
    await page.getByRole('link', { name: say.setUp }).first().click();
  });

  test('a PIN is set; a simple one is refused', async () => {
    await enter(say.new, '111111');
    await enter(say.again, '111111');
    await seen(page.getByText(say.simple));
    await pictures(page, `pin-set-${tag}`, { full: true });
    await enter(say.new, PIN);
    await enter(say.again, PIN);
    await seen(page.getByText(say.done));
    await pictures(page, `pin-${tag}`, { full: true });
  });

  test('a wrong PIN is counted, closing the sheet pays nothing, the right one pays this payment', async () => {
    await scan(120_000);
    await seen(page.getByText(say.ahead));
    await pictures(page, `step-up-ahead-${tag}`, { full: true });
    await button(page, say.pay).click();
    await seen(dialog());
    await enter(say.pin, OTHER);
    await seen(dialog().getByText(say.wrong));
    await pictures(page, `step-up-sheet-${tag}`);
    await button(page, say.cancel).click();
    await dialog().waitFor({ state: 'detached' });
    await seen(heading(page, say.preview));

    await button(page, say.pay).click();
    await seen(dialog());
    const approved = page.waitForResponse((response) => response.url().endsWith('/v1/step-up/pin'));
    for (const digit of PIN) await dialog().getByRole('button', { name: digit, exact: true }).click();
    assert.equal((await approved).status(), 200);
    await seen(heading(page, say.paid));
  });

  test('the PIN is changed with the old one, and removed with one more check', async () => {
    await page.goto('/security/pin');
    await button(page, say.change).click();
    await enter(say.old, PIN);
    await enter(say.new, OTHER);
    await enter(say.again, OTHER);
    await seen(page.getByText(say.done));
    await button(page, say.remove).click();
    await page.getByRole('dialog').getByRole('button', { name: say.removeAct }).click();
    await seen(dialog());
    await enter(say.pin, OTHER);
    await seen(page.getByLabel(say.new, { exact: true }));
  });

  test('no page broke its policy, failed, or asked another origin', () => {
    assert.deepEqual(payer.faults, []);
  });
}
