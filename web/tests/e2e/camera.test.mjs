/** The wallet reads a live code through a camera; Chromium plays a film of the code instead of a real one. */

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import encodeQR from 'qr';
import { launch, person, picture } from './browser.mjs';
import { intent, openWallet, url } from './setting.mjs';

const [WIDTH, HEIGHT] = [1280, 720];
let folder;
let browser;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'farthing-camera-'));
});
after(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

test('a code before the camera leads to its terms', async () => {
  const film = join(folder, 'code.y4m');
  await writeFile(film, filmOf(await intent(4_500, '라떼')));
  browser = await launch([
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-video-capture=${film}`,
  ]);
  const { page, faults } = await person(browser, { url });
  await openWallet(page, { tag: 'ko' });
  await page.getByRole('link', { name: '스캔해서 결제' }).click();
  await page.getByLabel('카메라 화면').waitFor();
  await picture(page, 'scan-camera-ko');
  await page.getByRole('heading', { name: '결제 전 확인' }).waitFor({ timeout: 20_000 });
  await page.getByText('라떼').first().waitFor();
  assert.deepEqual(faults, []);
});

/** Two frames of YUV4MPEG2: the code, a little off the middle, on a grey table. */
function filmOf(text) {
  const modules = encodeQR(text, 'raw', { ecc: 'medium', border: 4 });
  const step = Math.floor((HEIGHT * 0.9) / modules.length);
  const [left, top] = [Math.floor((WIDTH - modules.length * step) / 2) + 17, 23];
  const luma = Buffer.alloc(WIDTH * HEIGHT, 120);
  modules.forEach((row, y) =>
    row.forEach((dark, x) => {
      for (let line = 0; line < step; line += 1) {
        const from = (top + y * step + line) * WIDTH + left + x * step;
        luma.fill(dark ? 40 : 215, from, from + step);
      }
    }),
  );
  const frame = Buffer.concat([Buffer.from('FRAME\n'), luma, Buffer.alloc((WIDTH * HEIGHT) / 2, 128)]);
  return Buffer.concat([
    Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip A1:1 C420jpeg\n`),
    frame,
    frame,
  ]);
}
