/** The public code tester, and the wallet's answer to anything that is no payment: nothing hidden, nothing opened. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { codePng, pictures } from './browser.mjs';
import { heading, inBoth, intent, openWallet, seen, url } from './setting.mjs';

const KO = {
  tag: 'ko',
  locale: 'ko-KR',
  say: {
    title: '이 코드에는 무엇이 들어 있나요?',
    label: '코드 내용',
    check: '확인',
    pix: '브라질 결제 코드',
    lookAlike: '닮은꼴 주소',
    hidden: '숨은 문자',
    dangerous: '위험해요',
    invalid: '올바른 코드가 아니에요',
    unverified: '아무도 보증하지 않는 코드예요',
    trusted: '믿을 수 있는 코드예요',
    tooLong: '코드라기에는 너무 길어요',
    tree: '들어 있는 모든 항목',
    nameOf: '가게 이름',
    picture: '사진에서 찾기',
    findings: '발견된 것',
    mixed: /서로 다른 문자가 섞여/,
    scan: '스캔',
    paste: '코드 붙여넣기',
    refuses: '위험해요. 열지 마세요.',
    foreign: '이 지갑으로 결제할 수 없는 코드예요',
    suspicious: '수상해요. 따르지 마세요.',
    everything: '들어 있는 모든 것 보기',
    again: '다른 코드 스캔',
    scanned: '스캔한 내용',
  },
};
const EN = {
  tag: 'en',
  locale: 'en-GB',
  say: {
    title: 'What is in this code?',
    label: 'Text of the code',
    check: 'Check',
    pix: 'A payment code from Brazil',
    lookAlike: 'A look-alike address',
    hidden: 'Hidden characters',
    dangerous: 'Dangerous',
    invalid: 'Not a valid code',
    unverified: 'Nobody vouches for it',
    trusted: 'Trusted',
    tooLong: 'Too long to be a code',
    tree: 'Every object in it',
    nameOf: 'Name of the shop',
    picture: 'Choose a picture',
    findings: 'Findings',
    mixed: /different alphabets are mixed/,
    scan: 'Scan',
    paste: 'Paste a code',
    refuses: 'Dangerous. Do not open it.',
    foreign: 'This wallet cannot pay this code',
    suspicious: 'Suspicious. Leave it alone.',
    everything: 'See everything in it',
    again: 'Scan another code',
    scanned: 'What was scanned',
  },
};

inBoth([KO, EN], codes);

function codes({ tag, say }, newcomer) {
  let visitor;
  let page;
  const check = async (text) => {
    await page.getByLabel(say.label).fill(text);
    await page.getByRole('button', { name: say.check, exact: true }).click();
  };

  before(async () => {
    visitor = await newcomer();
    page = visitor.page;
    await page.goto('/tools/qr');
  });

  test('anybody may look into a code, without a wallet', async () => {
    await seen(heading(page, say.title, 1));
    await page.getByRole('button', { name: say.pix }).click();
    await seen(heading(page, say.unverified, 2));
    const tree = page.getByRole('region', { name: say.tree });
    const name = tree.getByRole('listitem').filter({ hasText: say.nameOf }).last();
    assert.match(await name.innerText(), /^59[\s\S]*Fulano de Tal$/);
    await pictures(page, `tester-code-${tag}`, { full: true });
  });

  test('a look-alike address is dangerous; each finding is explained, and shown in its place by keyboard', async () => {
    await page.getByRole('button', { name: say.lookAlike }).click();
    await seen(heading(page, say.dangerous, 2));
    const finding = page.getByRole('button', { name: say.mixed, pressed: false });
    await finding.focus();
    await page.keyboard.press('Enter');
    await seen(page.getByRole('button', { name: say.mixed, pressed: true }));
    const marked = page.locator('mark[data-active]');
    assert.match((await marked.allInnerTexts()).join(''), /n\u0430ver/);
    await seen(page.locator('[title$="U+0430"]'));
    await pictures(page, `tester-link-${tag}`, { full: true });
  });

  test('hidden characters are shown by number, and markup stays text', async () => {
    await page.getByRole('button', { name: say.hidden }).click();
    await seen(page.getByText('U+202E', { exact: true }).first());
    await check('<img src=x onerror="document.title=1">\u200b\u0000');
    await seen(heading(page, say.invalid, 2));
    await seen(page.getByText('U+200B', { exact: true }).first());
    assert.equal(await page.locator('main img').count(), 0);
    assert.equal(await page.title(), 'Farthing');
  });

  test('a megabyte is answered at once and not sent', async () => {
    let asked = 0;
    page.on('request', (request) => (asked += request.url().endsWith('/v1/qr/inspect') ? 1 : 0));
    await check('9'.repeat(1_000_000));
    await seen(page.getByText(say.tooLong));
    assert.equal(asked, 0);
  });

  test('a code of ours is trusted from its picture, and dangerous once it was changed', async () => {
    const code = await intent(4_500, '라떼');
    await page.getByLabel(say.picture).setInputFiles(await codePng(page, code));
    await seen(heading(page, say.trusted, 2));
    await pictures(page, `tester-trusted-${tag}`, { full: true });
    await check(code.replace('54044500', '54049500'));
    await seen(heading(page, say.dangerous, 2));
  });

  test('nothing a stranger wrote can be opened', async () => {
    assert.equal(await page.locator('main a').count(), 0);
  });

  test('the wallet’s scanner says in one card what anything is', async () => {
    await openWallet(page, { tag });
    const rows = [
      ['https://www.nаver.com/login', say.refuses, 'link'],
      ['intent://pay#Intent;scheme=bank;end', say.refuses, 'command'],
      ['WIFI:T:nopass;S:Free cafe;;', say.suspicious, 'wifi'],
      [
        '00020101021126380014PH.INSTAPAY.ME0316123456789012345652045999530360854041.005802PH5913TEST MERCHANT6006MANILA63044481',
        say.foreign,
        'foreign',
      ],
    ];
    await page.getByRole('navigation').getByRole('link', { name: say.scan }).click();
    for (const [text, answer, name] of rows) {
      await page.getByText(say.paste, { exact: true }).click();
      await page.getByLabel(say.label).fill(text);
      await page.getByRole('button', { name: say.check, exact: true }).click();
      await seen(page.getByRole('alert').getByRole('heading', { name: answer }));
      assert.equal(new URL(page.url()).origin, new URL(url).origin);
      await seen(page.getByRole('region', { name: say.scanned }));
      await pictures(page, `scanned-${name}-${tag}`, { full: true });
      if (name !== 'foreign') await page.getByRole('button', { name: say.again }).click();
    }
    await page.getByRole('link', { name: say.everything }).click();
    await seen(heading(page, say.title, 1));
    await seen(page.getByRole('region', { name: say.tree }));
    assert.equal(new URL(page.url()).search + new URL(page.url()).hash, '');
  });

  test('no page broke its policy, failed, or asked another origin', () => {
    assert.deepEqual(visitor.faults, []);
  });
}
