/** Passkeys with Chromium's virtual authenticator: made, used for one payment, for signing in on another browser, removed. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { authenticator } from './authenticator.mjs';
import { pictures } from './browser.mjs';
import { button, gone, heading, inBoth, intent, openWallet, scanPicture, seen, url } from './setting.mjs';

// Passkeys are made for a name.
assert.equal(new URL(url).hostname, 'localhost');

const KO = {
  tag: 'ko',
  locale: 'ko-KR',
  say: {
    make: '패스키 만들기',
    made: '패스키를 추가했어요',
    list: '패스키',
    first: '내 패스키',
    rename: '이름 바꾸기',
    save: '저장',
    pay: /결제하기$/,
    sheet: '한 번 더 확인할게요',
    use: '패스키로 확인',
    paid: '결제했어요',
    enter: '패스키로 들어가기',
    scan: '스캔해서 결제',
    shared: '여럿이 쓰는 기기',
    openWallet: '지갑 만들기',
    replace: '바꾸기…',
    replaceAct: '새로 만들기',
    removeWhat: '‘Phone’ 패스키 없애기',
    remove: '없애기…',
    removeAct: '없애기',
    none: '아직 없어요.',
  },
};
const EN = {
  tag: 'en',
  locale: 'en-GB',
  say: {
    make: 'Make a passkey',
    made: 'The passkey was added',
    list: 'Passkeys',
    first: 'My passkey',
    rename: 'Rename',
    save: 'Save',
    pay: /^Pay ₩/,
    sheet: 'One more check',
    use: 'Confirm with a passkey',
    paid: 'Paid',
    enter: 'Use a passkey',
    scan: 'Scan to pay',
    shared: 'Others use it, too',
    openWallet: 'Open wallet',
    replace: 'Replace…',
    replaceAct: 'Make the new one',
    removeWhat: 'Remove the passkey “Phone”',
    remove: 'Remove…',
    removeAct: 'Remove it',
    none: 'You have none yet.',
  },
};

inBoth([KO, EN], passkeys);

function passkeys({ tag, say }, newcomer) {
  let payer;
  let page;
  let key;
  const list = () => page.getByRole('list', { name: say.list });
  const dialog = () => page.getByRole('dialog');

  before(async () => {
    payer = await newcomer();
    page = payer.page;
    key = await authenticator(page);
    await openWallet(page, { tag, times: 3 });
  });

  test('a passkey is made and named', async () => {
    await page.goto('/security/passkeys');
    await button(page, say.make).click();
    await seen(page.getByRole('alert').filter({ hasText: say.made }));
    await seen(list().getByText(say.first));
    await button(page, say.rename).click();
    await dialog().getByRole('textbox').fill('Phone');
    await button(page, say.save).click();
    await seen(list().getByText('Phone', { exact: true }));
    await pictures(page, `passkeys-${tag}`, { full: true });
  });

  test('it approves one payment', async () => {
    await scanPicture(page, { tag }, await intent(120_000, 'Headphones'));
    await button(page, say.pay).click();
    await seen(page.getByRole('dialog', { name: say.sheet }));
    await pictures(page, `step-up-passkey-${tag}`);
    await button(page, say.use).click();
    await seen(heading(page, say.paid));
  });

  test('it lets another browser in, with a key of its own', async () => {
    const [credential, ...more] = await key.credentials();
    assert.equal(more.length, 0);
    const second = await newcomer();
    const other = await authenticator(second.page);
    await other.put(credential);
    await second.page.goto('/join');
    await pictures(second.page, `sign-in-${tag}`, { full: true });
    await button(second.page, say.enter).click();
    await seen(second.page.getByRole('link', { name: say.scan }));
    assert.deepEqual(second.faults, []);
    // A synced passkey counts on for both; one that fell behind would be taken for a copy.
    const [used] = await other.credentials();
    await key.put(used);
  });

  test('on a machine that others use it lets in, and nothing is kept after the page', async () => {
    const guest = await newcomer();
    const theirs = await authenticator(guest.page);
    await theirs.put((await key.credentials())[0]);
    await guest.page.goto('/join');
    await guest.page.getByLabel(say.shared, { exact: true }).check();
    await pictures(guest.page, `sign-in-shared-${tag}`, { full: true });
    const opened = guest.page.waitForResponse((response) => response.url().endsWith('/v1/tokens'));
    await button(guest.page, say.enter).click();
    const token = await (await opened).json();
    assert.equal(token.refresh_token, undefined);
    await seen(guest.page.getByRole('link', { name: say.scan }));
    await guest.page.reload();
    await seen(button(guest.page, say.openWallet));
    assert.deepEqual(guest.faults, []);
    await key.put((await theirs.credentials())[0]);
  });

  test('it is replaced by another one on another authenticator', async () => {
    await page.goto('/security/passkeys');
    let begun = 0;
    let next;
    await page.route('**/v1/passkeys/begin', async (route) => {
      begun += 1;
      // The first is answered with the check; by the second the payer has taken the new authenticator.
      if (begun === 2) {
        await key.remove();
        next = await authenticator(page);
      }
      await route.continue();
    });
    const [old] = await key.credentials();
    await button(page, say.replace).click();
    await pictures(page, `passkey-replace-${tag}`);
    await dialog().getByRole('button', { name: say.replaceAct }).click();
    await seen(page.getByRole('dialog', { name: say.sheet }));
    await button(page, say.use).click();
    // The new one is there; the old one goes with one more check, by the new one.
    await seen(page.getByText(say.removeWhat));
    await button(page, say.use).click();
    await gone(list().getByRole('listitem').nth(1));
    const [made] = await next.credentials();
    assert.notEqual(made.credentialId, old.credentialId);
    await page.unroute('**/v1/passkeys/begin');
    key = next;
  });

  test('it is removed with one more check', async () => {
    await page.goto('/security/passkeys');
    await button(page, say.remove).click();
    await dialog().getByRole('button', { name: say.removeAct }).click();
    await seen(page.getByRole('dialog', { name: say.sheet }));
    await button(page, say.use).click();
    await seen(page.getByText(say.none));
  });

  test('no page broke its policy, failed, or asked another origin', () => {
    assert.deepEqual(payer.faults, []);
  });
}
