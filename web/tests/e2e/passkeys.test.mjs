/** Passkeys with Chromium's virtual authenticator: made, used for one payment, for signing in on another browser, removed. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { codePng, launch, person, pictures } from './browser.mjs';

const url = process.env.FARTHING_URL;
const apiKey = process.env.FARTHING_SHOP_KEY;
assert.ok(url && apiKey, 'FARTHING_URL and FARTHING_SHOP_KEY must be set');
// Passkeys are made for a name.
assert.equal(new URL(url).hostname, 'localhost');

const KO = {
  tag: 'ko',
  locale: 'ko-KR',
  say: {
    name: '이름',
    open: '지갑 만들기',
    test: '시험용 돈 충전',
    added: '50,000원 충전했어요',
    make: '패스키 만들기',
    made: '패스키를 추가했어요',
    list: '패스키',
    first: '내 패스키',
    rename: '이름 바꾸기',
    save: '저장',
    picture: '사진에서 찾기',
    pay: /결제하기$/,
    sheet: '한 번 더 확인할게요',
    use: '패스키로 확인',
    paid: '결제했어요',
    enter: '패스키로 들어가기',
    scan: '스캔해서 결제',
    remove: '없애기…',
    removeAct: '없애기',
    none: '아직 없어요.',
  },
};
const EN = {
  tag: 'en',
  locale: 'en-GB',
  say: {
    name: 'Your name',
    open: 'Open wallet',
    test: 'Add test money',
    added: '₩50,000 was added',
    make: 'Make a passkey',
    made: 'The passkey was added',
    list: 'Passkeys',
    first: 'My passkey',
    rename: 'Rename',
    save: 'Save',
    picture: 'Choose a picture',
    pay: /^Pay ₩/,
    sheet: 'One more check',
    use: 'Confirm with a passkey',
    paid: 'Paid',
    enter: 'Use a passkey',
    scan: 'Scan to pay',
    remove: 'Remove…',
    removeAct: 'Remove it',
    none: 'You have none yet.',
  },
};

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

for (const language of [KO, EN]) describe(`in ${language.tag}`, () => passkeys(language));

/** A phone's built-in authenticator, whose user always looks at it. */
async function authenticator(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return { session, authenticatorId };
}

function passkeys({ tag, locale, say }) {
  let payer;
  let page;
  let key;
  const seen = (locator) => locator.waitFor({ timeout: 10_000 });
  const button = (name, on = page) => on.getByRole('button', { name, exact: typeof name === 'string' });
  const list = () => page.getByRole('list', { name: say.list });
  const dialog = () => page.getByRole('dialog');

  before(async () => {
    payer = await person(browser, { url, locale });
    page = payer.page;
    key = await authenticator(page);
    await page.goto('/');
    await page.getByLabel(say.name, { exact: true }).fill('김하늘');
    await button(say.open).click();
    for (let times = 0; times < 3; times += 1) {
      await button(say.test).click();
      await seen(page.getByText(say.added));
      await page.reload();
    }
  });
  after(() => payer?.context.close());

  test('a passkey is made and named', async () => {
    await page.goto('/security/passkeys');
    await button(say.make).click();
    await seen(page.getByRole('alert').filter({ hasText: say.made }));
    await seen(list().getByText(say.first));
    await button(say.rename).click();
    await dialog().getByRole('textbox').fill('Phone');
    await button(say.save).click();
    await seen(list().getByText('Phone', { exact: true }));
    await pictures(page, `passkeys-${tag}`, { full: true });
  });

  test('it approves one payment', async () => {
    const answer = await fetch(`${url}/v1/intents`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${apiKey}`, 'Content-Type': 'application/json' },
      body: '{"amount":{"currency":"KRW","minor":120000},"expires_in_seconds":600,"purpose":"Headphones"}',
    });
    const { code } = await answer.json();
    await page.goto('/scan');
    await page.getByLabel(say.picture).setInputFiles(await codePng(page, code));
    await button(say.pay).click();
    await seen(page.getByRole('dialog', { name: say.sheet }));
    await pictures(page, `step-up-passkey-${tag}`);
    await button(say.use).click();
    await seen(page.getByRole('heading', { name: say.paid, exact: true }));
  });

  test('it lets another browser in, with a key of its own', async () => {
    const { credentials } = await key.session.send('WebAuthn.getCredentials', {
      authenticatorId: key.authenticatorId,
    });
    assert.equal(credentials.length, 1);
    const second = await person(browser, { url, locale });
    const other = await authenticator(second.page);
    await other.session.send('WebAuthn.addCredential', {
      authenticatorId: other.authenticatorId,
      credential: credentials[0],
    });
    await second.page.goto('/join');
    await pictures(second.page, `sign-in-${tag}`, { full: true });
    await button(say.enter, second.page).click();
    await seen(second.page.getByRole('link', { name: say.scan }));
    assert.deepEqual(second.faults, []);
    // A synced passkey counts on for both; one that fell behind would be taken for a copy.
    const { credentials: used } = await other.session.send('WebAuthn.getCredentials', {
      authenticatorId: other.authenticatorId,
    });
    const { authenticatorId } = key;
    await key.session.send('WebAuthn.removeCredential', {
      authenticatorId,
      credentialId: used[0].credentialId,
    });
    await key.session.send('WebAuthn.addCredential', { authenticatorId, credential: used[0] });
    await second.context.close();
  });

  test('it is removed with one more check', async () => {
    await page.goto('/security/passkeys');
    await button(say.remove).click();
    await dialog().getByRole('button', { name: say.removeAct }).click();
    await seen(page.getByRole('dialog', { name: say.sheet }));
    await button(say.use).click();
    await seen(page.getByText(say.none));
  });

  test('no page broke its policy, failed, or asked another origin', () => {
    assert.deepEqual(payer.faults, []);
  });
}
