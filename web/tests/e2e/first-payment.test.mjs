/**
 * From an empty browser to a receipt, and to a frozen wallet that pays no more; in Korean and in English.
 * Needs FARTHING_URL and FARTHING_SHOP_KEY; writes pictures into FARTHING_PICTURES, if that is set.
 */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { codePng, picture, pictures } from './browser.mjs';
import { apiKey, heading, inBoth, seen } from './setting.mjs';

const KO = {
  tag: 'ko',
  locale: 'ko-KR',
  name: '김하늘',
  purpose: '아메리카노 2잔',
  word: '아메리카노',
  price: '4,500원',
  say: {
    name: '이름',
    open: '지갑 만들기',
    key: /꺼내 보거나 복사할 수 없고/,
    test: '시험용 돈 충전',
    added: '50,000원',
    scan: '스캔해서 결제',
    picture: '사진에서 찾기',
    paste: '코드 붙여넣기',
    pasteLabel: '코드 내용',
    check: '확인',
    altered: /내용이 바뀐 코드/,
    unsigned: '이 지갑으로 결제할 수 없는 코드예요',
    not: /결제 코드가 아니에요/,
    preview: '결제 전 확인',
    signed: '서명이 확인된 코드',
    path: '내 돈이 가는 길',
    first: '처음 결제하는 곳이에요',
    pay: '4,500원 결제하기',
    paid: '결제했어요',
    done: '완료',
    report: '이 결제에 문제가 있어요…',
    deceived: '속아서 했어요',
    reportAct: '사고로 신고하기',
    reported: '결제를 신고했어요',
    activity: '내역',
    search: '검색',
    till: '계산대 열기',
    shopPaid: '결제됐어요',
    next: '다음 결제',
    amount: '금액',
    purpose: '내용',
    show: '코드 보여 주기',
    code: '4,500원 결제 코드',
    security: '보안',
    freeze: '지금 잠그기',
    frozen: '지갑이 잠겨 있어요',
    refused: '결제되지 않았어요',
    refusedWhy: /지갑이 잠겨 있습니다/,
    blocked: '지금은 결제할 수 없어요',
    alerts: '알림',
    alertPaid: /결제했어요/,
    other: 'View in English',
    otherHeading: 'Alerts',
  },
};
const EN = {
  tag: 'en',
  locale: 'en-GB',
  name: 'Haneul Kim',
  purpose: 'Two americanos',
  word: 'americano',
  price: '₩4,500',
  say: {
    name: 'Your name',
    open: 'Open wallet',
    key: /Nobody can read or copy it/,
    test: 'Add test money',
    added: '₩50,000',
    scan: 'Scan to pay',
    picture: 'Choose a picture',
    paste: 'Paste a code',
    pasteLabel: 'Text of the code',
    check: 'Check',
    altered: /This code was altered/,
    unsigned: 'This wallet cannot pay this code',
    not: /This is not a payment code/,
    preview: 'Check before you pay',
    signed: 'Signed and verified',
    path: 'Where your money goes',
    first: 'You have never paid this place',
    pay: 'Pay ₩4,500',
    paid: 'Paid',
    done: 'Done',
    report: 'Something is wrong with this payment…',
    deceived: 'I was deceived',
    reportAct: 'Report it as fraud',
    reported: 'The payment is reported',
    activity: 'Activity',
    search: 'Search',
    till: 'Open the till',
    shopPaid: 'Paid',
    next: 'Next payment',
    amount: 'Amount',
    purpose: 'For',
    show: 'Show code',
    code: 'Payment code for ₩4,500',
    security: 'Security',
    freeze: 'Freeze now',
    frozen: 'Your wallet is frozen',
    refused: 'Not paid',
    refusedWhy: /This wallet is frozen/,
    blocked: 'This cannot be paid now',
    alerts: 'Alerts',
    alertPaid: /: paid/,
    other: '한국어로 보기',
    otherHeading: '알림',
  },
};
const FOREIGN =
  '00020101021126380014PH.INSTAPAY.ME0316123456789012345652045999530360854041.005802PH5913TEST MERCHANT6006MANILA63044481';

inBoth([KO, EN], firstPayment);

function firstPayment({ tag, name, purpose, word, price, say }, newcomer) {
  let shop;
  let payer;
  const tab = (page, text) => page.getByRole('navigation').getByRole('link', { name: text }).click();

  async function ask() {
    const { page } = shop;
    await page.getByLabel(say.amount).fill('4500');
    await page.getByLabel(say.purpose, { exact: true }).fill(purpose);
    await page.getByRole('button', { name: say.show }).click();
    const code = page.getByRole('img', { name: say.code });
    await seen(code);
    return code.getAttribute('data-payload');
  }

  async function scanPicture(page, text) {
    await tab(page, tag === 'ko' ? '스캔' : 'Scan');
    await page.getByLabel(say.picture).setInputFiles(await codePng(page, text));
  }

  before(async () => {
    shop = await newcomer();
    payer = await newcomer();
  });

  let code;
  test('the shop opens its till, shows a live code, and its key leaves the address at once', async () => {
    const { page } = shop;
    await page.goto(`/shop#key=${apiKey}`);
    const till = page.getByRole('button', { name: say.till, exact: true });
    await seen(till);
    assert.equal(new URL(page.url()).hash, '');
    await pictures(page, `shop-offer-${tag}`, { full: true });
    await till.click();
    await seen(page.getByLabel(say.amount));
    assert.equal(new URL(page.url()).hash, '');
    await pictures(page, `shop-keypad-${tag}`, { full: true });
    code = await ask();
    assert.match(code, /^000201/);
    await pictures(page, `shop-code-${tag}`, { full: true });
  });

  test('a payer opens a wallet in one screen', async () => {
    const { page } = payer;
    await page.goto('/');
    await seen(page.getByText(say.key));
    await pictures(page, `sign-up-${tag}`, { full: true });
    await page.getByLabel(say.name, { exact: true }).fill(name);
    await page.getByRole('button', { name: say.open }).click();
    await seen(page.getByRole('link', { name: say.scan }));
  });

  test('takes test money', async () => {
    const { page } = payer;
    await page.getByRole('button', { name: say.test }).click();
    await seen(page.getByRole('status').filter({ hasText: say.added }).first());
    await seen(
      page
        .locator('section')
        .filter({ has: page.getByRole('link', { name: say.scan }) })
        .getByText(/50,000/),
    );
    await pictures(page, `home-${tag}`);
  });

  test('altered, unsigned and other codes each get their own plain answer', async () => {
    const { page } = payer;
    const cases = [
      [code.replace('4500', '9500'), say.altered, 'altered'],
      [FOREIGN, say.unsigned, 'unsigned'],
      ['hello', say.not, 'other'],
    ];
    for (const [text, answer, label] of cases) {
      await tab(page, tag === 'ko' ? '스캔' : 'Scan');
      await page.reload();
      await page.getByText(say.paste, { exact: true }).click();
      await page.getByLabel(say.pasteLabel).fill(text);
      await page.getByRole('button', { name: say.check, exact: true }).click();
      await seen(heading(page, answer));
      await picture(page, `verdict-${label}-${tag}`);
      await page.goto('/');
    }
  });

  test('scans the code from a picture and sees where the money goes', async () => {
    const { page } = payer;
    await scanPicture(page, code);
    await seen(heading(page, say.preview));
    for (const text of [say.signed, purpose]) await seen(page.getByText(text).first());
    await seen(page.getByText(say.first));
    await seen(page.getByRole('timer'));
    const path = page.getByRole('region', { name: say.path }).getByRole('listitem');
    assert.equal(await path.count(), 3);
    assert.match(await path.first().innerText(), new RegExp(`−${price}`));
    await pictures(page, `preview-${tag}`, { full: true });
  });

  test('approves once, however often it is tapped, and gets a receipt', async () => {
    const { page } = payer;
    let sent = 0;
    page.on(
      'request',
      (request) => (sent += request.method() === 'POST' && request.url().endsWith('/v1/payments') ? 1 : 0),
    );
    await page.getByRole('button', { name: say.pay }).dblclick();
    await seen(heading(page, say.paid));
    assert.match(page.url(), /\/payments\/pay_/);
    assert.ok(sent <= 2, 'one request, and at most one more for a fresh nonce');
    await seen(page.getByText(purpose).first());
    await pictures(page, `receipt-${tag}`, { full: true });
  });

  test('a payment that was not one’s own is reported, and what happens next is said', async () => {
    const { page } = payer;
    await page.getByRole('button', { name: say.report }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(say.deceived).check();
    await pictures(page, `report-${tag}`);
    const sent = page.waitForResponse((response) => response.url().endsWith('/report'));
    await dialog.getByRole('button', { name: say.reportAct }).click();
    assert.equal((await sent).status(), 202);
    await seen(page.getByText(say.reported));
    await pictures(page, `reported-${tag}`, { full: true });
  });

  test('the shop hears it at once', async () => {
    await seen(heading(shop.page, say.shopPaid));
    await pictures(shop.page, `shop-paid-${tag}`, { full: true });
  });

  test('the payment is found by a word of its purpose', async () => {
    const { page } = payer;
    await page.getByRole('link', { name: say.done, exact: true }).click();
    await tab(page, say.activity);
    await page.getByLabel(say.search).fill(word);
    const row = page.getByRole('listitem').filter({ hasText: purpose }).first();
    await seen(row);
    await pictures(page, `activity-${tag}`);
    await row.getByRole('link').click();
    await seen(page.getByText(purpose).first());
  });

  test('the alert is there, also in the other language', async () => {
    const { page } = payer;
    await tab(page, say.alerts);
    await seen(page.getByRole('listitem').filter({ hasText: say.alertPaid }).first());
    await pictures(page, `alerts-${tag}`);
    await page.getByRole('button', { name: say.other }).click();
    await seen(heading(page, say.otherHeading));
    await page.getByRole('button', { name: tag === 'ko' ? '한국어로 보기' : 'View in English' }).click();
  });

  test('a frozen wallet pays no more: neither what was already on the screen, nor anything new', async () => {
    await shop.page.getByRole('button', { name: say.next }).click();
    const second = await ask();
    const { page } = payer;
    await scanPicture(page, second);
    await seen(page.getByRole('button', { name: say.pay }));

    const guard = await payer.context.newPage();
    await guard.goto('/');
    await tab(guard, say.security);
    await pictures(guard, `security-${tag}`, { full: true });
    await guard.getByRole('button', { name: say.freeze }).click();
    await seen(heading(guard, say.frozen));
    await pictures(guard, `security-frozen-${tag}`, { full: true });

    await page.bringToFront();
    await page.getByRole('button', { name: say.pay }).click();
    await seen(heading(page, say.refused));
    await seen(page.getByText(say.refusedWhy));
    await pictures(page, `refused-${tag}`, { full: true });

    await page.goto('/');
    await scanPicture(page, second);
    await seen(page.getByText(say.blocked));
    assert.equal(await page.getByRole('button', { name: say.pay }).count(), 0);
    await picture(page, `preview-blocked-${tag}`);
  });

  test('no page broke its policy, failed, or asked another origin', () => {
    assert.deepEqual([...shop.faults, ...payer.faults], []);
  });
}
