/** Chromium for the tests, a page that records what went wrong, and the scanned code as a PNG. */

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import encodeQR from 'qr';
import { chromium } from 'playwright-core';

export const PHONE = { width: 390, height: 844 };
export const DESKTOP = { width: 1280, height: 800 };
const PICTURES = process.env.FARTHING_PICTURES;

export const launch = (more = []) =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      ...more,
    ],
  });

/** A person's browser: its own storage, language and colours. `faults` gathers every error the pages report. */
export async function person(
  browser,
  { url, locale = 'ko-KR', viewport = PHONE, colorScheme = 'light', ...more },
) {
  const context = await browser.newContext({
    baseURL: url,
    locale,
    viewport,
    colorScheme,
    reducedMotion: 'reduce',
    timezoneId: 'Asia/Seoul',
    ...more,
  });
  context.setDefaultTimeout(10_000);
  const faults = [];
  context.on('page', (page) => {
    page.on('pageerror', (error) => faults.push(`page error: ${error.message}`));
    page.on('console', (message) => {
      const text = message.text();
      // Chromium reports every refused answer here; a policy violation or a script error is what matters.
      if (message.type() === 'error' && !text.startsWith('Failed to load resource'))
        faults.push(`console: ${text}`);
    });
    page.on('request', (request) => {
      const { origin, protocol } = new URL(request.url());
      if (protocol.startsWith('http') && origin !== new URL(url).origin)
        faults.push(`foreign request: ${request.url()}`);
    });
  });
  return { context, page: await context.newPage(), faults };
}

/** Saves what the page looks like, in the folder FARTHING_PICTURES, if there is one. */
export async function picture(page, name, { full = false } = {}) {
  if (!PICTURES) return;
  await mkdir(PICTURES, { recursive: true });
  await page.evaluate(() => document.fonts.ready);
  // A bar fixed or stuck to the window would cut a full page in two.
  const show = (whole) =>
    page.evaluate((on) => {
      for (const bar of document.querySelectorAll('nav')) {
        if (getComputedStyle(bar).position === 'fixed' || bar.style.display)
          bar.style.display = on ? 'none' : '';
      }
      for (const part of document.querySelectorAll('main *')) {
        if (getComputedStyle(part).position === 'sticky' || part.style.position)
          part.style.position = on ? 'static' : '';
      }
    }, whole);
  if (full) await show(true);
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: full });
  if (full) await show(false);
}

/** The same page in every size and mode. */
export async function pictures(page, name, options) {
  if (!PICTURES) return;
  const before = page.viewportSize();
  for (const [size, viewport] of [
    ['phone', PHONE],
    ['desktop', DESKTOP],
  ]) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      // The colours follow by script; then two frames, so that they are painted.
      await page.waitForFunction((scheme) => {
        const { mantineColorScheme } = document.documentElement.dataset;
        return mantineColorScheme === undefined || mantineColorScheme === scheme;
      }, colorScheme);
      await page.evaluate(
        () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
      );
      await picture(page, `${name}-${size}-${colorScheme}`, options);
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(before);
}

/** A QR code as a PNG, drawn by the browser: the picture a customer might take of the shop's screen. */
export async function codePng(page, text, scale = 5) {
  const modules = encodeQR(text, 'raw', { ecc: 'medium', border: 4 });
  const url = await page.evaluate(
    ([rows, step]) => {
      const canvas = document.createElement('canvas');
      canvas.width = canvas.height = rows.length * step;
      const context = canvas.getContext('2d');
      context.fillStyle = '#fff';
      context.fillRect(0, 0, canvas.width, canvas.height);
      context.fillStyle = '#000';
      rows.forEach((row, y) =>
        row.forEach((dark, x) => dark && context.fillRect(x * step, y * step, step, step)),
      );
      return canvas.toDataURL('image/png');
    },
    [modules, scale],
  );
  return { name: 'code.png', mimeType: 'image/png', buffer: Buffer.from(url.split(',')[1], 'base64') };
}
