/** One wallet on two browsers: joined by comparing digits, ended, removed, logged out; nothing stays open behind. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { pictures } from './browser.mjs';
import { button, gone, heading, inBoth, openWallet, seen } from './setting.mjs';

const KO = {
  tag: 'ko',
  locale: 'ko-KR',
  say: {
    security: '보안',
    devices: /기기와 접속/,
    title: '기기와 접속',
    add: '기기 추가',
    address: '새 기기에서 열 주소 코드',
    ask: '들어가기 요청',
    code: '들어가기 요청 코드',
    paste: '또는 코드 내용 붙여넣기',
    read: '읽기',
    wrong: '기기 추가 요청이 아니에요.',
    same: '같아요, 추가하기',
    added: /기기를 추가했어요/,
    device: '이 기기',
    shared: '여럿이 쓰는 기기',
    sharedAsk: '여럿이 쓰는 기기로 들어오려고 해요',
    sharedBadge: '여럿이 쓰는 기기',
    waits: /부터 결제할 수 있어요/,
    end: /마지막으로 쓴 접속 끝내기/,
    none: '접속하지 않음',
    current: '지금 접속',
    remove: '이 기기 해제…',
    removeAct: '해제하기',
    sheet: '한 번 더 확인할게요',
    removeWhat: '‘Second browser’ 기기 해제하기',
    notNow: '지금은 안 할래요',
    goes: /부터 해제할 수 있어요/,
    gone: '해제한 기기 1대',
    out: '로그아웃',
    outTitle: '로그아웃했어요',
    in: '다시 들어가기',
    leave: '이 브라우저에서 지갑 지우기…',
    leaveAct: '여기에서 지우기',
    last: '처리하지 못했어요',
    start: '지갑 만들기',
    scan: '스캔해서 결제',
    cancel: '취소',
  },
};
const EN = {
  tag: 'en',
  locale: 'en-GB',
  say: {
    security: 'Security',
    devices: /Devices and sessions/,
    title: 'Devices and sessions',
    add: 'Add a device',
    address: 'Code with the address to open on the new device',
    ask: 'Ask to be let in',
    code: 'Code that asks to be let in',
    paste: 'Or paste its text',
    read: 'Read',
    wrong: 'That is no request to join a wallet.',
    same: 'They are the same, add it',
    added: /was added/,
    device: 'This device',
    shared: 'Others use it, too',
    sharedAsk: 'It asks as a machine that others use, too',
    sharedBadge: 'Shared machine',
    waits: /Can pay from/,
    end: /End the session last active/,
    none: 'Not logged in',
    current: 'This session',
    remove: 'Remove this device…',
    removeAct: 'Remove it',
    sheet: 'One more check',
    removeWhat: 'Remove the device “Second browser”',
    notNow: 'Not now',
    goes: /can be removed from/,
    gone: '1 removed device',
    out: 'Log out',
    outTitle: 'You are logged out',
    in: 'Log in again',
    leave: 'Remove the wallet from this browser…',
    leaveAct: 'Remove it from here',
    last: 'That did not happen',
    start: 'Open wallet',
    scan: 'Scan to pay',
    cancel: 'Cancel',
  },
};

inBoth([KO, EN], devices);

function devices({ tag, say }, newcomer) {
  let first;
  let second;
  const card = (page, name) =>
    page
      .getByRole('list', { name: say.title })
      .getByRole('listitem')
      .filter({ has: page.getByText(name, { exact: true }) })
      .first();

  before(async () => {
    first = await newcomer();
    second = await newcomer();
  });

  test('a wallet lists the browser it was opened in, and its session', async () => {
    const { page } = first;
    await openWallet(page, { tag });
    await page.getByRole('navigation').getByRole('link', { name: say.security }).first().click();
    await page.getByRole('link', { name: say.devices }).click();
    await seen(heading(page, say.title));
    await seen(page.getByRole('list', { name: say.title }).getByText(say.current));
    // A page load carries the session on; it opens no other.
    await page.reload();
    await seen(page.getByRole('list', { name: say.title }).getByText(say.current));
    assert.equal(await page.getByRole('button', { name: say.end }).count(), 0);
  });

  let address;
  test('another browser asks to join, and both show the same digits', async () => {
    const { page } = first;
    await page.getByRole('link', { name: say.add }).click();
    const code = page.getByRole('img', { name: say.address });
    await seen(code);
    address = await code.getAttribute('data-payload');
    await page.getByLabel(say.paste).fill('https://example.com');
    await button(page, say.read).click();
    await seen(page.getByText(say.wrong));
    await pictures(page, `device-add-${tag}`, { full: true });

    await second.page.goto(address);
    await second.page.getByLabel(say.device, { exact: true }).fill('Second browser');
    await pictures(second.page, `join-${tag}`, { full: true });
    await button(second.page, say.ask).click();
    const asking = second.page.getByRole('img', { name: say.code });
    await seen(asking);
    await pictures(second.page, `join-code-${tag}`, { full: true });
    const digits = /\d{4} \d{4}/.exec(await second.page.locator('main').innerText())?.[0];

    await page.getByLabel(say.paste).fill(await asking.getAttribute('data-payload'));
    await button(page, say.read).click();
    await seen(page.getByText(digits, { exact: true }));
    await pictures(page, `device-compare-${tag}`, { full: true });
    await button(page, say.same).click();
    await seen(page.getByRole('alert').filter({ hasText: say.added }));
    await seen(second.page.getByRole('link', { name: say.scan }));
  });

  test('the new device waits, and its session ends at one tap', async () => {
    const { page } = first;
    await page.goto('/security/devices');
    const joined = card(page, 'Second browser');
    await seen(joined.getByText(say.waits));
    await pictures(page, `devices-${tag}`, { full: true });
    const ends = joined.getByRole('button', { name: say.end });
    for (let left = await ends.count(); left > 0; left -= 1) {
      await ends.first().click();
      await page.waitForFunction(
        ([name, count]) =>
          [...document.querySelectorAll('button')].filter((one) =>
            new RegExp(name).test(one.getAttribute('aria-label') ?? ''),
          ).length < count,
        [say.end.source, left],
      );
    }
    await seen(joined.getByText(say.none));
    // It is logged out there, and does not come back by itself.
    await second.page.reload();
    await seen(heading(second.page, say.outTitle));
    await button(second.page, say.in).click();
    await seen(second.page.getByRole('link', { name: say.scan }));
  });

  test('a device that may pay goes with one more check, or after a wait, and either is told', async () => {
    // Half a day passes: nothing but the server's own answers is made up here.
    const { page } = first;
    const past = new Date(Date.now() - 60_000).toISOString();
    const later = new Date(Date.now() + 43_200_000).toISOString();
    let going = false;
    await page.route('**/v1/devices', async (route) => {
      const answer = await route.fetch();
      if (!answer.ok()) return route.fulfill({ response: answer });
      const view = await answer.json();
      const items = view.items.map((device) =>
        device.name === 'Second browser'
          ? { ...device, usable_from: past, ...(going && { revocable_from: later }) }
          : device,
      );
      return route.fulfill({ response: answer, json: { ...view, items } });
    });
    let asked;
    await page.route('**/v1/devices/revoke', async (route) => {
      asked = route.request().postDataJSON();
      if (going)
        return route.fulfill({ status: 200, json: { ...asked, revoked: false, revocable_from: later } });
      const step_up = {
        strength: 'pin',
        reasons: [],
        methods: [{ strength: 'pin', path: '/v1/step-up/pin' }],
      };
      const problem = { code: 'risk.step_up_needed', message: 'x', retry: false, status: 403, step_up };
      return route.fulfill({ status: 403, contentType: 'application/problem+json', json: problem });
    });
    await page.goto('/security/devices');
    const remove = async () => {
      await card(page, 'Second browser').getByRole('button', { name: say.remove }).click();
      await page.getByRole('dialog').getByRole('button', { name: say.removeAct }).click();
    };
    await remove();
    const sheet = page.getByRole('dialog', { name: say.sheet });
    await seen(sheet.getByText(say.removeWhat));
    await pictures(page, `device-remove-check-${tag}`);
    await button(page, say.notNow).click();
    await gone(sheet);
    going = true;
    await remove();
    await seen(card(page, 'Second browser').getByText(say.goes));
    await pictures(page, `device-goes-${tag}`, { full: true });
    assert.match(asked.device, /^dev_/);
    await page.unrouteAll({ behavior: 'wait' });
    await page.reload();
  });

  test('a removed device is refused at its next request', async () => {
    const { page } = first;
    await card(page, 'Second browser').getByRole('button', { name: say.remove }).click();
    const dialog = page.getByRole('dialog');
    await seen(dialog);
    await pictures(page, `device-remove-${tag}`);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await card(page, 'Second browser').getByRole('button', { name: say.remove }).click();
    await dialog.getByRole('button', { name: say.removeAct }).click();
    await seen(page.getByText(say.gone));
    const answer = second.page.waitForResponse((response) => response.url().endsWith('/v1/me'));
    await second.page.reload();
    assert.equal((await answer).status(), 401);
  });

  test('a shared machine keeps nothing: closing or reloading the page ends it', async () => {
    const { page } = first;
    const { page: guest, faults } = await newcomer();
    await guest.goto(address);
    await guest.getByLabel(say.device, { exact: true }).fill('Guest');
    await guest.getByLabel(say.shared, { exact: true }).check();
    await button(guest, say.ask).click();
    const asking = guest.getByRole('img', { name: say.code });
    await seen(asking);
    await page.goto('/security/devices/add');
    await page.getByLabel(say.paste).fill(await asking.getAttribute('data-payload'));
    await button(page, say.read).click();
    await seen(page.getByText(say.sharedAsk));
    await button(page, say.same).click();
    await seen(guest.getByRole('link', { name: say.scan }));
    await guest.reload();
    await seen(guest.getByLabel(say.device, { exact: true }));
    assert.deepEqual(faults, []);
    await guest.close();
    await page.goto('/security/devices');
    await seen(card(page, 'Guest').getByText(say.sharedBadge));
    await card(page, 'Guest').getByRole('button', { name: say.remove }).click();
    await page.getByRole('dialog').getByRole('button', { name: say.removeAct }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  test('logging out shows nothing until somebody comes back', async () => {
    const { page } = first;
    await page.goto('/security');
    await pictures(page, `security-hub-${tag}`, { full: true });
    const cleared = page.waitForResponse((response) => response.url().endsWith('/v1/sessions/end'));
    await button(page, say.out).click();
    assert.match((await (await cleared).allHeaders())['clear-site-data'], /"cache"/);
    await seen(heading(page, say.outTitle));
    await pictures(page, `logged-out-${tag}`);
    await page.reload();
    await seen(heading(page, say.outTitle));
    assert.equal(await page.getByRole('navigation').count(), 0);
    await button(page, say.in).click();
    await seen(page.getByRole('navigation').getByRole('link', { name: say.security }).first());
  });

  test('the last device is not removed: nobody could come back to the money', async () => {
    const { page } = first;
    await page.goto('/security');
    await button(page, say.leave).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: say.leaveAct }).click();
    await seen(dialog.getByText(say.last));
    await dialog.getByRole('button', { name: say.cancel }).click();
  });

  test('no page broke its policy, failed, or asked another origin', () => {
    assert.deepEqual([...first.faults, ...second.faults], []);
  });
}
