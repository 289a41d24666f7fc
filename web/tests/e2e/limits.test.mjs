/** The limits page: what is left, the payer's own, lower at once, higher only with one more check and after a delay. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { pictures } from './browser.mjs';
import {
  button,
  enterPin,
  gone,
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
    title: '한도',
    // English sentences would be three words and more in a row.
    foreign: '[A-Za-z]{2,} [A-Za-z]{2,} [A-Za-z]{2,}',
    rule: '하루 이용 한도는 100만원',
    article: '지갑 이용약관 제7조(이용 한도)',
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
    pending: /40,000원으로 올라가요/,
    cancel: '취소하기',
    left: '30,000원 남음',
    blocked: '지금은 결제할 수 없어요',
  },
};
const EN = {
  tag: 'en',
  locale: 'en-GB',
  say: {
    title: 'Limits',
    foreign: '\\p{Script=Hangul}',
    rule: 'At most 1,000,000 won a day',
    article: 'Wallet terms art. 7 (limits)',
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
    pending: /Rises to ₩40,000/,
    cancel: 'Call it off',
    left: '₩30,000 left',
    blocked: 'This cannot be paid now',
  },
};

inBoth([KO, EN], limits);

function limits({ tag, say }, newcomer) {
  let payer;
  let page;
  const own = () => page.getByRole('list', { name: say.own });

  before(async () => {
    payer = await newcomer();
    page = payer.page;
    await openWallet(page, { tag, times: 1 });
    await setPin(page, { tag });
  });

  test('what law and terms set is shown in the reader’s language, each with its bar and its article', async () => {
    await page.goto('/security/limits');
    await seen(heading(page, say.title));
    const rules = page.getByRole('list', { name: say.rules });
    await seen(rules.getByRole('listitem').first());
    assert.ok((await rules.getByRole('meter').count()) > 0);
    const first = rules.getByRole('listitem').filter({ hasText: say.rule });
    await seen(first.getByText(say.article));
    // An amount is written as every other on the page.
    assert.doesNotMatch(await rules.innerText(), /\d KRW/);
  });

  test('words in another language than the page’s are marked as such', async () => {
    const unmarked = await page.evaluate((foreign) => {
      const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
      const found = [];
      while (walker.nextNode()) {
        const { nodeValue: text, parentElement } = walker.currentNode;
        if (
          new RegExp(foreign, 'u').test(text) &&
          parentElement.closest('[lang]') === document.documentElement
        )
          found.push(text);
      }
      return found;
    }, say.foreign);
    assert.deepEqual(unmarked, []);
  });

  test('a limit of one’s own holds at once', async () => {
    await button(page, say.add).click();
    await page.getByLabel(say.amount, { exact: true }).fill('30000');
    await pictures(page, `limit-edit-${tag}`);
    await button(page, say.set).click();
    await seen(page.getByText(say.holds));
    await seen(own().getByText(say.left));
  });

  test('it rises only with one more check, after a delay, and the rise can be called off', async () => {
    await button(page, say.change).click();
    await page.getByLabel(say.amount, { exact: true }).fill('40000');
    await seen(page.getByText(say.rise));
    await button(page, say.set).click();
    await seen(page.getByRole('dialog', { name: say.sheet }));
    await enterPin(page, say.pin);
    await seen(own().getByText(say.pending));
    await seen(own().getByText(say.left));
    await pictures(page, `limits-${tag}`, { full: true });
    await button(page, say.cancel).click();
    await gone(own().getByText(say.pending));
  });

  test('a payment above it is refused before anything is signed', async () => {
    await scanPicture(page, { tag }, await intent(31_000, '라떼'));
    await seen(page.getByText(say.blocked));
    // What would be left of each limit stands in the terms, in the same words.
    await seen(page.getByText(say.rule));
    await pictures(page, `limit-blocked-${tag}`, { full: true });
  });

  test('no page broke its policy, failed, or asked another origin', () => {
    assert.deepEqual(payer.faults, []);
  });
}
