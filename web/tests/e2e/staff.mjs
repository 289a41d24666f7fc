/** What staff and a merchant do beside the pages: register a shop and its stickers, vouch for a device. */

import assert from 'node:assert/strict';
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomUUID,
  sign,
} from 'node:crypto';
import { request } from 'node:http';
import { url } from './setting.mjs';

const socketPath = process.env.FARTHING_ADMIN_SOCKET;
assert.ok(socketPath, 'FARTHING_ADMIN_SOCKET must be set');

/** A call through the socket that only staff can open. */
export async function staff(path, body) {
  const text = JSON.stringify(body);
  const { status, answer } = await new Promise((resolve, reject) => {
    const call = request({
      socketPath,
      path,
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
    });
    call.on('error', reject);
    call.on('response', async (response) => {
      let said = '';
      for await (const part of response) said += part;
      resolve({ status: response.statusCode, answer: said });
    });
    call.end(text);
  });
  assert.equal(status, 200, answer);
  return JSON.parse(answer);
}

/** A shop with a signing key of its own. */
export async function openShop({ name, name_latin }) {
  const { privateKey } = generateKeyPairSync('ed25519');
  const { x } = createPublicKey(createPrivateKey(privateKey.export({ format: 'pem', type: 'pkcs8' }))).export(
    {
      format: 'jwk',
    },
  );
  const { payee } = await staff('/admin/payees', {
    name,
    name_latin,
    category: '5814',
    place: '서울 중구 세종대로 110',
    city: 'Seoul',
    currency: 'KRW',
    signing_public_key: x,
  });
  return { payee, privateKey };
}

/** Registers a sticker and gives its text, as it would be printed. */
export async function sticker(shop, { serial, cap, cell }) {
  const view = await signed(shop, '/v1/codes', {
    cap: { currency: 'KRW', minor: cap },
    ...(cell && { cell }),
    counter: 'counter-1',
    days: 30,
    kind: 'sticker',
    serial,
  });
  return view.payload;
}

export const withdraw = (shop, serial) => signed(shop, `/v1/codes/${serial}/withdraw`, {});

/** A request signed by the merchant: RFC 9421, docs/proofs.md. The members of `body` stand in order. */
async function signed({ payee, privateKey }, path, body) {
  const text = JSON.stringify(body);
  const digest = `sha-256=:${createHash('sha256').update(text).digest('base64')}:`;
  const created = Math.floor(Date.now() / 1000);
  const parameters =
    `("@method" "@authority" "@path" "content-digest");created=${created};keyid="${payee}";` +
    `nonce="${randomUUID()}";alg="ed25519"`;
  const base = [
    '"@method": POST',
    `"@authority": ${new URL(url).host}`,
    `"@path": ${path}`,
    `"content-digest": ${digest}`,
    `"@signature-params": ${parameters}`,
  ].join('\n');
  const answer = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      'Content-Digest': digest,
      'Signature-Input': `farthing=${parameters}`,
      Signature: `farthing=:${sign(null, Buffer.from(base), privateKey).toString('base64')}:`,
    },
    body: text,
  });
  assert.ok(answer.ok, await answer.clone().text());
  return answer.json();
}
