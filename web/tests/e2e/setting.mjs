/** What every browser test stands on: the running demo, both languages, a wallet with test money, a code to pay. */

import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { codePng, launch, person } from './browser.mjs';

export const url = process.env.FARTHING_URL;
export const apiKey = process.env.FARTHING_SHOP_KEY;
assert.ok(url && apiKey, 'FARTHING_URL and FARTHING_SHOP_KEY must be set');

export const PIN = '493817';

/** The words that lead any test to its subject. */
const WORDS = {
  ko: {
    name: '이름',
    open: '지갑 만들기',
    scan: '스캔해서 결제',
    test: '시험용 돈 충전',
    added: '50,000원 충전했어요',
    picture: '사진에서 찾기',
    pin: ['새 비밀번호', '새 비밀번호 한 번 더'],
    pinDone: '결제 비밀번호를 만들었어요',
    makePasskey: '패스키 만들기',
    madePasskey: '패스키를 추가했어요',
  },
  en: {
    name: 'Your name',
    open: 'Open wallet',
    scan: 'Scan to pay',
    test: 'Add test money',
    added: '₩50,000 was added',
    picture: 'Choose a picture',
    pin: ['New PIN', 'The new PIN once more'],
    pinDone: 'The payment PIN is set',
    makePasskey: 'Make a passkey',
    madePasskey: 'The passkey was added',
  },
};

/**
 * One suite for each language, all on one browser. `newcomer` makes a person who speaks it, with storage of their own;
 * whoever it makes is gone after the suite.
 */
export function inBoth(languages, suite) {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());
  for (const language of languages) {
    describe(`in ${language.tag}`, () => {
      const people = [];
      after(() => Promise.all(people.map(({ context }) => context.close())));
      const newcomer = async (options) => {
        const one = await person(browser, { url, locale: language.locale, ...options });
        people.push(one);
        return one;
      };
      suite(language, newcomer);
    });
  }
}

export const seen = (locator) => locator.waitFor({ timeout: 10_000 });
export const gone = (locator) => locator.waitFor({ state: 'detached', timeout: 10_000 });

/** A text is meant whole, a pattern in part. */
const named = (name) => ({ name, exact: typeof name === 'string' });
export const button = (on, name) => on.getByRole('button', named(name));
export const heading = (on, name, level) => on.getByRole('heading', { ...named(name), level });

/** Opens a wallet on an empty browser and gives it test money, ₩50,000 at a time. */
export async function openWallet(page, { tag, name = '김하늘', times = 0 }) {
  const say = WORDS[tag];
  await page.goto('/');
  await page.getByLabel(say.name, { exact: true }).fill(name);
  await button(page, say.open).click();
  await seen(page.getByRole('link', { name: say.scan }));
  for (let time = 0; time < times; time += 1) {
    const given = page.waitForResponse((response) => response.url().endsWith('/v1/test/funds'));
    await button(page, say.test).click();
    assert.equal((await given).status(), 200);
    await seen(page.getByText(say.added));
    await page.reload();
  }
}

/** Sets the payment PIN of a wallet that was just opened: it may be used at once. */
export async function setPin(page, { tag }) {
  const say = WORDS[tag];
  await page.goto('/security/pin');
  for (const label of say.pin) await enterPin(page, label);
  await seen(page.getByText(say.pinDone));
}

/** Makes a passkey; in a wallet that was just opened it may be used at once. The page needs an authenticator. */
export async function setPasskey(page, { tag }) {
  const say = WORDS[tag];
  await page.goto('/security/passkeys');
  await button(page, say.makePasskey).click();
  await seen(page.getByRole('alert').filter({ hasText: say.madePasskey }));
}

/** Types the PIN once its field is there; typing needs no focus, the field takes it. */
export async function enterPin(page, label, digits = PIN) {
  await page.getByLabel(label, { exact: true }).waitFor();
  await page.keyboard.type(digits);
}

/** The code of a request that the demo's shop just made. */
export async function intent(minor, purpose) {
  const answer = await fetch(`${url}/v1/intents`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${apiKey}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ amount: { currency: 'KRW', minor }, expires_in_seconds: 600, purpose }),
  });
  assert.equal(answer.status, 201, await answer.clone().text());
  return (await answer.json()).code;
}

/** Lets the wallet read a code from a picture. */
export async function scanPicture(page, { tag }, code) {
  await page.goto('/scan');
  await page.getByLabel(WORDS[tag].picture).setInputFiles(await codePng(page, code));
}
