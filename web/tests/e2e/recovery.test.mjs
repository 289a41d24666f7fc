/**
 * Losing the phone: set up beforehand, come back on a new browser with two factors, wait, be stopped by an old device; and
 * the brakes of those who have no device at hand.
 */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { authenticator } from './authenticator.mjs';
import { picture, pictures } from './browser.mjs';
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
    title: '전화기를 잃어버리면',
    missing: '2가지가 더 필요해요',
    good: '돌아올 수 있어요',
    print: '새 코드 인쇄하기',
    sheet: '한 번 더 확인할게요',
    pin: '결제 비밀번호',
    codes: '복구 코드',
    kept: '코드를 종이에 옮겼어요',
    close: '마치기',
    left: /코드가 5개 남았어요/,
    make: '패스키 만들기',
    made: '패스키를 추가했어요',
    name: '부르는 이름',
    wallet: '그 사람의 지갑 번호',
    add: '믿는 사람 정하기',
    trust: '이 사람 믿기',
    waits: /부터 도울 수 있어요/,
    contacts: '믿는 사람',
    lost: '전화기를 잃어버렸어요',
    begin: '시작하기',
    number: '지갑 번호',
    code: '인쇄한 코드',
    useCode: '이 코드 쓰기',
    shape: '코드는 네 글자씩 모두 16자예요.',
    refused: '처리하지 못했어요',
    one: '두 가지 중 1가지 확인',
    usePasskey: '패스키 쓰기',
    waiting: /이 브라우저는 .*부터 결제할 수 있어요/,
    blocked: '지금은 결제할 수 없어요',
    granted: /새 기기/,
    devices: '기기와 접속',
    here: '이 브라우저',
    remove: '이 기기 해제…',
    removeAct: '해제하기',
    help: '나를 믿는 사람 돕기',
    device: '새 기기의 번호',
    vouch: '보증하기',
    freezeIt: '잠그기',
    heard: '전달했어요',
    open: '지갑이 열려 있어요',
    frozen: '지갑이 잠겨 있어요',
  },
};
const EN = {
  tag: 'en',
  locale: 'en-GB',
  say: {
    title: 'If you lose this phone',
    missing: '2 kinds are missing',
    good: 'You could come back',
    print: 'Print new codes',
    sheet: 'One more check',
    pin: 'Payment PIN',
    codes: 'Your recovery codes',
    kept: 'I have the codes on paper',
    close: 'Done',
    left: /5 codes left/,
    make: 'Make a passkey',
    made: 'The passkey was added',
    name: 'What you call them',
    wallet: 'Their wallet number',
    add: 'Name somebody',
    trust: 'Trust them',
    waits: /May help from/,
    contacts: 'People you trust',
    lost: 'I lost my phone',
    begin: 'Begin',
    number: 'Wallet number',
    code: 'Printed code',
    useCode: 'Use this code',
    shape: 'A code has sixteen letters and digits, in fours.',
    refused: 'That did not happen',
    one: '1 of 2 factors',
    usePasskey: 'Use a passkey',
    waiting: /This browser may pay from/,
    blocked: 'This cannot be paid now',
    granted: /recovered this wallet/,
    devices: 'Devices and sessions',
    here: 'This browser',
    remove: 'Remove this device…',
    removeAct: 'Remove it',
    help: 'Help somebody who trusts you',
    device: 'Number of their new device',
    vouch: 'Vouch for it',
    freezeIt: 'Freeze it',
    heard: 'It was heard',
    open: 'Your wallet is open',
    frozen: 'Your wallet is frozen',
  },
};

inBoth([KO, EN], recovery);

function recovery({ tag, say }, newcomer) {
  let owner;
  let page;
  let key;
  let wallet;
  let codes;
  let found;
  const check = async () => {
    await seen(page.getByRole('dialog', { name: say.sheet }));
    await enterPin(page, say.pin);
  };

  before(async () => {
    owner = await newcomer();
    page = owner.page;
    key = await authenticator(page, { synced: true });
    await openWallet(page, { tag, times: 1 });
    await setPin(page, { tag });
  });

  test('a new wallet says that nobody could come back to it', async () => {
    await page.goto('/security/recovery');
    await seen(heading(page, say.title));
    await seen(page.getByText(say.missing));
    await pictures(page, `recovery-none-${tag}`, { full: true });
  });

  test('codes of eighty bits are shown once, with one more check, on a sheet to print', async () => {
    await button(page, say.print).click();
    await check();
    await seen(heading(page, say.codes));
    codes = await page.getByRole('list').locator('code').allInnerTexts();
    assert.equal(codes.length, 5);
    for (const code of codes) assert.match(code, /^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
    wallet = /pyr_[0-9a-z]{26}/.exec(await page.locator('main').innerText())[0];
    await pictures(page, `recovery-sheet-${tag}`, { full: true });
    await page.emulateMedia({ media: 'print' });
    await picture(page, `recovery-sheet-paper-${tag}`, { full: true });
    await page.emulateMedia({ media: 'screen' });
    assert.equal(await button(page, say.close).isDisabled(), true);
    await page.getByLabel(say.kept).check();
    await button(page, say.close).click();
    await seen(page.getByText(say.left));
    assert.equal((await page.content()).includes(codes[0]), false);
  });

  test('with a passkey beyond the phone, two kinds are there', async () => {
    await page.goto('/security/passkeys');
    await button(page, say.make).click();
    await check();
    await seen(page.getByRole('alert').filter({ hasText: say.made }));
    await page.goto('/security/recovery');
    await seen(page.getByText(say.good, { exact: true }));
  });

  test('somebody is trusted, with one more check and after a wait', async () => {
    const friend = await newcomer();
    await openWallet(friend.page, { tag, name: '이바다' });
    await friend.page.goto('/security/help');
    const number = friend.page.getByText(/^pyr_[0-9a-z]{26}$/);
    await seen(number);
    await pictures(friend.page, `recovery-help-${tag}`, { full: true });
    await button(page, say.add).click();
    await page.getByLabel(say.name, { exact: true }).fill('바다');
    await page.getByLabel(say.wallet).fill(await number.innerText());
    await pictures(page, `recovery-contact-${tag}`);
    await button(page, say.trust).click();
    // The strongest that is set up: the passkey.
    await seen(page.getByRole('dialog', { name: say.sheet }));
    await page.getByRole('dialog', { name: say.sheet }).getByRole('button').first().click();
    const list = page.getByRole('list', { name: say.contacts });
    await seen(list.getByText('바다', { exact: true }));
    await seen(list.getByText(say.waits));
    await pictures(page, `recovery-${tag}`, { full: true });

    // A word that does not count yet is heard like any other.
    await friend.page.getByLabel(say.number).first().fill(wallet);
    await friend.page.getByLabel(say.device).fill('dev_01m4q5k3j8e9ab3cd5ef7gh9jk');
    await button(friend.page, say.vouch).click();
    await friend.page.getByRole('dialog').getByRole('button', { name: say.vouch, exact: true }).click();
    await seen(friend.page.getByText(say.heard));
    assert.deepEqual(friend.faults, []);
  });

  test('on a new browser one factor is not enough, and is remembered', async () => {
    found = await newcomer();
    const theirs = await authenticator(found.page, { synced: true });
    await theirs.put((await key.credentials())[0]);
    await found.page.goto(`/recover#wallet=${wallet}`);
    await pictures(found.page, `recover-begin-${tag}`, { full: true });
    await button(found.page, say.begin).click();
    const code = found.page.getByLabel(say.code, { exact: true });
    await code.fill('1234');
    await button(found.page, say.useCode).click();
    await seen(found.page.getByText(say.shape));
    await code.fill('0000-0000-0000-0000');
    await button(found.page, say.useCode).click();
    await seen(found.page.getByText(say.refused));
    // As people write it: small letters, spaces.
    await code.fill(codes[0].toLowerCase().replaceAll('-', ' '));
    await button(found.page, say.useCode).click();
    await seen(found.page.getByText(say.one));
    await found.page.reload();
    await seen(found.page.getByText(say.one));
    await pictures(found.page, `recover-one-${tag}`, { full: true });
  });

  test('two of different kinds bind it; it starts with nothing, and says so', async () => {
    await button(found.page, say.usePasskey).click();
    await seen(found.page.getByText(say.waiting));
    await pictures(found.page, `recovered-home-${tag}`, { full: true });
    await scanPicture(found.page, { tag }, await intent(1_000, '물'));
    await seen(found.page.getByText(say.blocked));
    await pictures(found.page, `recovered-blocked-${tag}`, { full: true });
  });

  test('every device is told, and an old one stops it at once', async () => {
    await page.goto('/alerts');
    const row = page.getByRole('listitem').filter({ hasText: say.granted }).first();
    await seen(row);
    await pictures(page, `recovery-alerts-${tag}`, { full: true });
    await row.getByRole('link').click();
    await seen(heading(page, say.devices));
    await button(page, say.remove).click();
    await page.getByRole('dialog').getByRole('button', { name: say.removeAct }).click();
    await gone(button(page, say.remove));
    const answer = found.page.waitForResponse((response) => response.url().endsWith('/v1/me'));
    await found.page.goto('/');
    assert.equal((await answer).status(), 401);
  });

  test('a printed code freezes the wallet from any machine, and a wrong one is answered alike', async () => {
    const stranger = await newcomer();
    const words = [];
    for (const code of ['0000-0000-0000-0000', codes[1]]) {
      await page.goto('/security');
      await seen(heading(page, say.open));
      await stranger.page.goto('/freeze');
      await stranger.page.getByLabel(say.number).fill(wallet);
      await stranger.page.getByLabel(say.code, { exact: true }).fill(code);
      await pictures(stranger.page, `freeze-${tag}`, { full: true });
      await button(stranger.page, say.freezeIt).click();
      await seen(stranger.page.getByText(say.heard));
      words.push(await stranger.page.locator('main').innerText());
    }
    assert.equal(words[0], words[1]);
    await pictures(stranger.page, `freeze-heard-${tag}`, { full: true });
    await page.goto('/security');
    await seen(heading(page, say.frozen));
    assert.deepEqual(stranger.faults, []);
  });

  test('no page broke its policy, failed, or asked another origin', () => {
    assert.deepEqual([...owner.faults, ...found.faults], []);
  });
}
