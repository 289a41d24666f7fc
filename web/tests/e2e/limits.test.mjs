/** The limits page: what is left, the payer's own, lower at once, higher only with one more check and after a delay. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { codePng, launch, person, pictures } from './browser.mjs';

const url = process.env.FARTHING_URL;
const apiKey = process.env.FARTHING_SHOP_KEY;
assert.ok(url && apiKey, 'FARTHING_URL and FARTHING_SHOP_KEY must be set');

const PIN = '493817';
const KO = {
  tag: 'ko',
  locale: 'ko-KR',
  say: {
    name: '이름',
    open: '지갑 만들기',
    title: '한도',
    own: '내가 정한 한도',
    rules: '법과 약관의 한도',
    add: '한도 정하기',
    amount: '한도',
    set: '이 한도로 정하기',
    holds: '지금부터 적용돼요',
    day: '하루',
    change: '하루 한도 바꾸기',
    rise: /24시간 뒤에 올라가요/,
    sheet: '한 번 더 확인할게요',
    pin: '결제 비밀번호',
    new: '새 비밀번호',
    again: '새 비밀번호 한 번 더',
    done: '결제 비밀번호를 만들었어요',
    pending: /40,000원으로 올라가요/,
    cancel: '취소하기',
    left: '30,000원 남음',
    picture: '사진에서 찾기',
    blocked: '지금은 결제할 수 없어요',
    test: '시험용 돈 충전',
    added: '50,000원 충전했어요',
  },
};
const EN = {
  tag: 'en',
  locale: 'en-GB',
  say: {
    name: 'Your name',
    open: 'Open wallet',
    title: 'Limits',
    own: 'Set by you',
    rules: 'Set by law and terms',
    add: 'Set a limit',
    amount: 'Limit',
    set: 'Set this limit',
    holds: 'It holds from now on',
    day: 'A day',
    change: 'Change the limit: A day',
    rise: /Rises after 24 hours/,
    sheet: 'One more check',
    pin: 'Payment PIN',
    new: 'New PIN',
    again: 'The new PIN once more',
    done: 'The payment PIN is set',
    pending: /Rises to ₩40,000/,
    cancel: 'Call it off',
    left: '₩30,000 left',
    picture: 'Choose a picture',
    blocked: 'This cannot be paid now',
    test: 'Add test money',
    added: '₩50,000 was added',
  },
};

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

for (const language of [KO, EN]) describe(`in ${language.tag}`, () => limits(language));

function limits({ tag, locale, say }) {
  let payer;
  let page;
  const seen = (locator) => locator.waitFor({ timeout: 10_000 });
  const heading = (name) => page.getByRole('heading', { name, exact: true });
  const button = (name) => page.getByRole('button', { name, exact: true });
  const own = () => page.getByRole('list', { name: say.own });

  before(async () => {
    payer = await person(browser, { url, locale });
    page = payer.page;
    await page.goto('/');
    await page.getByLabel(say.name, { exact: true }).fill('김하늘');
    await button(say.open).click();
    await button(say.test).click();
    await seen(page.getByText(say.added));
    await page.goto('/security/pin');
    for (const label of [say.new, say.again]) {
      await page.getByLabel(label, { exact: true }).waitFor();
      await page.keyboard.type(PIN);
    }
    await seen(page.getByText(say.done));
  });
  after(() => payer?.context.close());

  test('what law and terms set is shown, each with its bar and its article', async () => {
    await page.goto('/security/limits');
    await seen(heading(say.title));
    const rules = page.getByRole('list', { name: say.rules });
    await seen(rules.getByRole('listitem').first());
    assert.ok((await rules.getByRole('meter').count()) > 0);
    assert.match(await rules.innerText(), /제\d+조/);
  });

  test('a limit of one’s own holds at once', async () => {
    await button(say.add).click();
    await page.getByLabel(say.amount, { exact: true }).fill('30000');
    await pictures(page, `limit-edit-${tag}`);
    await button(say.set).click();
    await seen(page.getByText(say.holds));
    await seen(own().getByText(say.left));
  });

  test('it rises only with one more check, after a delay, and the rise can be called off', async () => {
    await button(say.change).click();
    await page.getByLabel(say.amount, { exact: true }).fill('40000');
    await seen(page.getByText(say.rise));
    await button(say.set).click();
    await seen(page.getByRole('dialog', { name: say.sheet }));
    await page.getByLabel(say.pin, { exact: true }).waitFor();
    await page.keyboard.type(PIN);
    await seen(own().getByText(say.pending));
    await seen(own().getByText(say.left));
    await pictures(page, `limits-${tag}`, { full: true });
    await button(say.cancel).click();
    await own().getByText(say.pending).waitFor({ state: 'detached' });
  });

  test('a payment above it is refused before anything is signed', async () => {
    const answer = await fetch(`${url}/v1/intents`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${apiKey}`, 'Content-Type': 'application/json' },
      body: '{"amount":{"currency":"KRW","minor":31000},"expires_in_seconds":600,"purpose":"라떼"}',
    });
    const { code } = await answer.json();
    await page.goto('/scan');
    await page.getByLabel(say.picture).setInputFiles(await codePng(page, code));
    await seen(page.getByText(say.blocked));
    await pictures(page, `limit-blocked-${tag}`, { full: true });
  });

  test('no page broke its policy, failed, or asked another origin', () => {
    assert.deepEqual(payer.faults, []);
  });
}
