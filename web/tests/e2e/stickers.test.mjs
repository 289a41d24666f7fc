/** A printed code: judged offline, asked about, an amount entered, its terms shown, paid; and one that hangs where it should not. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { authenticator } from './authenticator.mjs';
import { pictures } from './browser.mjs';
import { button, gone, heading, inBoth, openWallet, scanPicture, seen, setPasskey } from './setting.mjs';
import { openShop, sticker, withdraw } from './staff.mjs';

const KO = {
  tag: 'ko',
  locale: 'ko-KR',
  shop: '덕수궁 호떡',
  say: {
    how: '얼마를 결제할까요?',
    registered: '등록된 스티커',
    amount: '금액',
    purpose: '가게에 남길 말 (선택)',
    cap: '이 스티커로는 한 번에 30,000원까지 결제할 수 있어요.',
    go: '결제 내용 보기',
    preview: '결제 전 확인',
    serial: '스티커',
    pay: '4,500원 결제하기',
    payDoubtful: '5,000원 결제하기',
    paid: '결제했어요',
    stop: '이 스티커로 결제하지 마세요',
    withdrawn: /사용이 중지된/,
    report: '이 코드가 이상해요…',
    act: '신고하기',
    reported: '고마워요, 접수했어요',
    place: '스캔한 곳을 대략 알리기',
    doubtful: '바꿔 붙인 스티커일 수 있어요',
    sheet: '한 번 더 확인할게요',
    use: '패스키로 확인',
    altered: '내용이 바뀐 코드예요. 결제하지 마세요.',
    paste: '코드 붙여넣기',
    label: '코드 내용',
    check: '확인',
  },
};
const EN = {
  tag: 'en',
  locale: 'en-GB',
  shop: 'Deoksugung Hotteok',
  say: {
    how: 'How much do you pay?',
    registered: 'Registered sticker',
    amount: 'Amount',
    purpose: 'Words for the shop (optional)',
    cap: 'This sticker takes ₩30,000 at once at most.',
    go: 'Look at the terms',
    preview: 'Check before you pay',
    serial: 'Sticker',
    pay: 'Pay ₩4,500',
    payDoubtful: 'Pay ₩5,000',
    paid: 'Paid',
    stop: 'Do not pay by this sticker',
    withdrawn: /withdrawn/,
    report: 'Something is wrong with this code…',
    act: 'Report it',
    reported: 'Thank you, it is noted',
    place: 'Say roughly where I scan',
    doubtful: 'This sticker may have been swapped',
    sheet: 'One more check',
    use: 'Confirm with a passkey',
    altered: 'This code was altered. Do not pay it.',
    paste: 'Paste a code',
    label: 'Text of the code',
    check: 'Check',
  },
};

/** City hall of Seoul; and a market 3 km from it. */
const [AT_HOME, ELSEWHERE] = [
  { latitude: 37.5663, longitude: 126.9779 },
  { latitude: 37.5702, longitude: 127.0095 },
];
const CELL = 'wydm9qw';

inBoth([KO, EN], stickers);

function stickers({ tag, shop: name, say }, newcomer) {
  const serial = `TEST-${tag.toUpperCase()}-${Date.now() % 100_000}`;
  let payer;
  let page;
  let shop;
  let text;
  const amount = () => page.getByLabel(say.amount, { exact: true });

  before(async () => {
    shop = await openShop({ name: '덕수궁 호떡', name_latin: 'Deoksugung Hotteok' });
    text = await sticker(shop, { serial, cap: 30_000, cell: CELL });
    payer = await newcomer({ permissions: ['geolocation'], geolocation: AT_HOME });
    page = payer.page;
    await openWallet(page, { tag, times: 2 });
    await authenticator(page);
    await setPasskey(page, { tag });
  });

  test('a registered sticker names its shop and asks how much, up to its cap', async () => {
    await scanPicture(page, { tag }, text);
    await seen(heading(page, say.how));
    await seen(page.getByText(say.registered, { exact: true }));
    await seen(page.getByText(name, { exact: true }));
    await amount().fill('30001');
    await seen(page.getByText(say.cap));
    await pictures(page, `sticker-cap-${tag}`, { full: true });
    assert.equal(await button(page, say.go).isDisabled(), true);
  });

  test('the terms are shown as for any payment, and paid', async () => {
    await amount().fill('4500');
    await page.getByLabel(say.purpose).fill('꿀호떡 셋');
    await pictures(page, `sticker-amount-${tag}`, { full: true });
    await button(page, say.go).click();
    await seen(heading(page, say.preview));
    await seen(page.getByText('꿀호떡 셋'));
    await seen(page.getByText(serial));
    await pictures(page, `sticker-preview-${tag}`, { full: true });
    await button(page, say.pay).click();
    await seen(heading(page, say.paid));
    await seen(page.getByText('꿀호떡 셋'));
  });

  test('with the payer’s consent the place is said, coarsely, and all is well at home', async () => {
    await scanPicture(page, { tag }, text);
    await seen(heading(page, say.how));
    const asked = page.waitForRequest((request) => request.url().endsWith('/v1/qr/inspect'));
    await page.getByLabel(say.place).check();
    assert.deepEqual((await asked).postDataJSON().scan, { cell: CELL });
    await gone(page.getByText(say.doubtful));
    await seen(page.getByText(say.registered, { exact: true }));
  });

  test('far from its counter the same sticker is doubtful: said, and checked once more', async () => {
    await payer.context.setGeolocation(ELSEWHERE);
    await scanPicture(page, { tag }, text);
    await seen(page.getByText(say.doubtful));
    await amount().fill('5000');
    await pictures(page, `sticker-doubtful-${tag}`, { full: true });
    await button(page, say.go).click();
    await seen(heading(page, say.preview));
    await pictures(page, `sticker-doubtful-preview-${tag}`, { full: true });
    await button(page, say.payDoubtful).click();
    await seen(page.getByRole('dialog', { name: say.sheet }));
    await button(page, say.use).click();
    await seen(heading(page, say.paid));
  });

  test('a higher cap with a right check sum is altered', async () => {
    await page.goto('/scan');
    await page.getByText(say.paste, { exact: true }).click();
    await page.getByLabel(say.label).fill(text.replace('050530000', '050590000'));
    await button(page, say.check).click();
    await seen(heading(page, say.altered));
  });

  test('a withdrawn sticker is refused by the register, and can be reported', async () => {
    await withdraw(shop, serial);
    await scanPicture(page, { tag }, text);
    await seen(heading(page, say.stop));
    await seen(page.getByText(say.withdrawn).first());
    await button(page, say.report).click();
    await pictures(page, `sticker-report-${tag}`);
    await page.getByRole('dialog').getByRole('button', { name: say.act }).click();
    await seen(page.getByText(say.reported));
    await pictures(page, `sticker-withdrawn-${tag}`, { full: true });
  });

  test('no page broke its policy, failed, or asked another origin', () => {
    assert.deepEqual(payer.faults, []);
  });
}
