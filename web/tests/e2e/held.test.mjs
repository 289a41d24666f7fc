/**
 * A payment that a rule holds: said before it is approved, never called paid, and called off by its payer. The demo's
 * packs hold nothing, so the server's answers to a real payment get what they would say of a held one.
 */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { pictures } from './browser.mjs';
import { faultsOf } from './looks.mjs';
import { apiKey, button, gone, heading, inBoth, intent, openWallet, scanPicture, seen } from './setting.mjs';

const UNTIL = '2031-03-04T05:06:07.000Z';
const RULE = {
  citation: { law: 'Anti-Scam Act', article: 'sec. 7', source: 'x' },
  code: 'Hold',
  grade: 'V1',
  outcome: 'hold',
  pack: 'test-pack',
  rule: 'cool-down',
  say: 'held a day',
  texts: {
    ko: { title: '시험', say: '하루 동안 보류한다', law: '사기 방지법', article: '제7조' },
    en: { title: 'Test', say: 'held for a day', law: 'Anti-Scam Act', article: 'sec. 7' },
  },
  version: '1',
};
const ELSEWHERE = { ...RULE, outcome: 'route', route: 'licensed_provider', rule: 'purpose', texts: {} };

const KO = {
  tag: 'ko',
  locale: 'ko-KR',
  say: {
    ahead: '바로 결제되지 않고 보류돼요',
    approve: '4,500원 승인하기',
    held: '보류 중이에요. 아직 결제되지 않았어요',
    aside: '돈은 따로 떼어 두었고 아직 나가지 않았어요.',
    rule: /하루 동안 보류한다 · 근거: 사기 방지법 제7조/,
    until: /3월 4일/,
    row: '보류 중, 아직 결제 안 됨',
    cancel: '이 결제 취소하기…',
    act: '결제 취소하기',
    released: '승인 취소',
    elsewhere: /대신 결제할 수 있는 곳: 허가받은 결제 사업자/,
    till: '계산대 열기',
    amount: '금액',
    purpose: '내용',
    show: '코드 보여 주기',
    shop: '보류 중, 아직 물건을 드리지 마세요',
    paid: '결제됐어요',
  },
};
const EN = {
  tag: 'en',
  locale: 'en-GB',
  say: {
    ahead: 'This will be held, not paid at once',
    approve: 'Approve ₩4,500',
    held: 'Held, not paid yet',
    aside: 'The money is set aside and has not left.',
    rule: /Held for a day · By Anti-Scam Act sec\. 7/,
    until: /4 March/,
    row: 'Held, not paid yet',
    cancel: 'Call this payment off…',
    act: 'Call it off',
    released: 'Hold released',
    elsewhere: /Where it may be paid instead: a licensed payment provider/,
    till: 'Open the till',
    amount: 'Amount',
    purpose: 'For',
    show: 'Show code',
    shop: 'Held, not paid yet: do not deliver',
    paid: 'Paid',
  },
};

inBoth([KO, EN], held);

function held({ tag, say }, newcomer) {
  let payer;
  let page;
  let status = 'held';
  const wait = { confirmable: true, goes_on: true, until: UNTIL };
  const asHeld = (payment) => ({
    ...payment,
    status,
    ...(status === 'held' && { wait, rules: [RULE] }),
  });

  /** Lets `change` rewrite what the server answers to a request. */
  async function answer(path, change, more = {}) {
    await page.route(path, async (route) => {
      const response = await route.fetch();
      if (!response.ok()) return route.fulfill({ response });
      return route.fulfill({ response, json: change(await response.json()), ...more });
    });
  }

  before(async () => {
    payer = await newcomer();
    page = payer.page;
    await openWallet(page, { tag, times: 1 });
  });

  test('the terms say so before anything is approved', async () => {
    await answer('**/v1/quotes', (quote) => ({ ...quote, wait, rules: [RULE] }));
    await scanPicture(page, { tag }, await intent(4_500, '라떼'));
    await seen(page.getByText(say.ahead));
    await seen(page.getByText(say.rule));
    assert.deepEqual(await faultsOf(page), []);
    await pictures(page, `held-preview-${tag}`, { full: true });
  });

  test('afterwards it is held, and not called paid', async () => {
    await answer(
      '**/v1/payments',
      (body) => (body.items ? { ...body, items: body.items.map(asHeld) } : asHeld(body)),
      {
        status: 202,
      },
    );
    await answer('**/v1/payments?*', (body) => ({ ...body, items: body.items.map(asHeld) }));
    await answer('**/v1/payments/*/receipt', (receipt) => ({ ...receipt, payment: asHeld(receipt.payment) }));
    await button(page, say.approve).click();
    await seen(heading(page, say.held, 1));
    await seen(page.getByText(say.aside));
    await seen(page.getByText(say.rule));
    await seen(page.getByText(say.until).last());
    assert.deepEqual(await faultsOf(page), []);
    await pictures(page, `held-receipt-${tag}`, { full: true });
  });

  test('the activity says it, too, and until when', async () => {
    const receipt = page.url();
    await page.goto('/activity');
    const row = page.getByRole('listitem').filter({ hasText: '라떼' });
    await seen(row.getByText(say.row));
    await seen(row.getByText(say.until));
    await pictures(page, `held-activity-${tag}`);
    await page.goto(receipt);
  });

  test('its payer calls it off', async () => {
    let asked;
    await page.route('**/v1/payments/cancel', (route) => {
      asked = route.request().postDataJSON();
      status = 'voided';
      return route.fulfill({ json: {} });
    });
    await button(page, say.cancel).click();
    const dialog = page.getByRole('dialog');
    await pictures(page, `held-cancel-${tag}`);
    await dialog.getByRole('button', { name: say.act, exact: true }).click();
    await gone(dialog);
    await seen(page.getByText(say.released));
    assert.equal(await page.getByText(say.aside).count(), 0);
    assert.deepEqual(asked, { payment: new URL(page.url()).pathname.split('/').pop() });
    await page.unrouteAll({ behavior: 'wait' });
  });

  test('a refusal says where a payment may go instead', async () => {
    const refusals = [{ code: 'policy.elsewhere', en: 'Not here.', ko: '여기서는 안 돼요.' }];
    await answer('**/v1/quotes', (quote) => ({ ...quote, refusals, rules: [ELSEWHERE] }));
    await scanPicture(page, { tag }, await intent(4_600, '라떼'));
    await seen(page.getByText(say.elsewhere));
    await page.unrouteAll({ behavior: 'wait' });
  });

  test('the shop is told not to deliver, until it is paid', async () => {
    const shop = await newcomer();
    await shop.page.goto(`/shop#key=${apiKey}`);
    await button(shop.page, say.till).click();
    await shop.page.getByLabel(say.amount).fill('4700');
    await shop.page.getByLabel(say.purpose, { exact: true }).fill('라떼');
    let turn = 0;
    let view;
    await shop.page.route('**/v1/intents', async (route) => {
      const response = await route.fetch();
      view = await response.json();
      return route.fulfill({ response, json: view });
    });
    // One event at each connection: held first, paid when it is opened again.
    await shop.page.route('**/v1/intents/*/events', (route) => {
      const payment_status = turn < 1 ? 'held' : 'captured';
      turn += 1;
      const body = `event: intent\ndata: ${JSON.stringify({ ...view, status: 'taken', payment_status })}\n\n`;
      return route.fulfill({ contentType: 'text/event-stream', body });
    });
    await button(shop.page, say.show).click();
    await seen(heading(shop.page, say.shop));
    await seen(heading(shop.page, say.paid));
    assert.ok(turn >= 2);
    assert.deepEqual(shop.faults, []);
  });

  test('no page broke its policy, failed, or asked another origin', () => {
    assert.deepEqual(payer.faults, []);
  });
}
