/**
 * A stand-in for the server, for looking at the web client before the real one exists and for tests of the page alone.
 * It checks proofs, keeps books in memory and signs codes, but it is not the product: see crates/server for that.
 */
import { createHash, randomBytes, webcrypto } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const { subtle } = webcrypto;
const DIST = fileURLToPath(new URL('../../dist', import.meta.url));
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; " +
  "media-src 'self' blob:; font-src 'self'; manifest-src 'self'; worker-src 'self' blob:; base-uri 'none'; " +
  "form-action 'none'; frame-ancestors 'none'";
const REASONS = {
  'auth.refused': [401, '인증할 수 없습니다.', 'The caller could not be authenticated.'],
  'auth.nonce_needed': [
    401,
    '서버가 준 값(nonce)으로 다시 서명해야 합니다.',
    'The proof must carry a fresh server nonce.',
  ],
  'auth.token_expired': [
    401,
    '접속 시간이 지났습니다. 다시 연결합니다.',
    'The access token has expired; a new one is needed.',
  ],
  'proof.wrong_body': [401, '증명한 내용과 보낸 내용이 다릅니다.', 'What was sent is not what was approved.'],
  'proof.replayed': [401, '이미 한 번 쓰인 증명입니다.', 'This proof was already used.'],
  'request.not_canonical': [
    400,
    '요청 본문이 표준 형식(RFC 8785)이 아닙니다.',
    'The request body is not in canonical form (RFC 8785).',
  ],
  'request.not_found': [404, '찾을 수 없습니다.', 'There is nothing here.'],
  'payer.exists': [409, '이미 등록된 지갑입니다.', 'This payer is already registered.'],
  'payer.frozen': [
    403,
    '지갑이 잠겨 있습니다. 잠금을 풀기 전에는 돈이 나가지 않습니다.',
    'This wallet is frozen. Nothing leaves it until it is unfrozen.',
  ],
  'code.altered': [422, '내용이 바뀐 코드입니다. 결제하지 마세요.', 'This code was altered. Do not pay it.'],
  'intent.unknown': [404, '없는 결제 요청입니다.', 'There is no such payment request.'],
  'intent.expired': [410, '결제 요청의 유효 시간이 지났습니다.', 'The payment request has expired.'],
  'intent.taken': [409, '이미 결제된 요청입니다.', 'This request has already been paid.'],
  'quote.changed': [
    409,
    '보여 드린 내용과 달라졌습니다. 다시 확인해 주세요.',
    'The terms are not the ones that were shown; look again.',
  ],
  'policy.payment_limit': [403, '1회 결제 한도를 넘었습니다.', 'This is above the limit for one payment.'],
  'funds.insufficient': [402, '잔액이 부족합니다.', 'There is not enough money in this wallet.'],
  'payment.unknown': [404, '없는 결제입니다.', 'There is no such payment.'],
  'service.unavailable': [
    503,
    '지금은 처리할 수 없습니다. 돈은 움직이지 않았습니다.',
    'The service is not available right now. Nothing was moved.',
  ],
};
const LIMIT = 300_000;
const UNFREEZE_MS = 30 * 60_000;

export async function startMock({ port = 8788, apiKey = 'fk_test_mock', history = true, csp = POLICY } = {}) {
  const world = await createWorld(apiKey, history);
  const server = createServer((request, response) => {
    handle(world, csp, request, response).catch((error) => {
      if (error instanceof Refused) return refuse(world, response, request, error);
      console.error(error);
      response.destroy();
    });
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${server.address().port}`, apiKey, world, close };
}

class Refused extends Error {
  constructor(code, extra = {}) {
    super(code);
    this.code = code;
    this.extra = extra;
  }
}

async function createWorld(apiKey, history) {
  const root = await subtle.generateKey('Ed25519', true, ['sign', 'verify']);
  const signer = await subtle.generateKey('Ed25519', true, ['sign', 'verify']);
  const rootX = Buffer.from(await subtle.exportKey('raw', root.publicKey));
  const now = Date.now();
  const set = {
    expires_at: iso(now + 30 * 86_400_000),
    issued_at: iso(now),
    keys: [
      {
        kid: 'code-2026-11',
        not_before: iso(now - 86_400_000),
        not_after: iso(now + 30 * 86_400_000),
        x: b64(Buffer.from(await subtle.exportKey('raw', signer.publicKey))),
      },
    ],
    root: b64(sha(rootX)),
    sequence: 7,
  };
  const keySet = {
    root_x: b64(rootX),
    set,
    signature: b64(Buffer.from(await subtle.sign('Ed25519', root.privateKey, Buffer.from(jcs(set))))),
  };
  return {
    apiKey,
    history,
    keySet,
    signer: signer.privateKey,
    payee: { id: id('pye'), category: '5814', name: '모퉁이 커피', name_latin: 'Corner Coffee' },
    place: '서울 성동구 연무장길 12, 1층',
    payers: new Map(),
    intents: new Map(),
    payments: new Map(),
    tokens: new Map(),
    jtis: new Set(),
    nonces: new Map(),
    once: new Map(),
    watchers: new Set(),
    shopBalance: 1_284_500,
    faults: new Map(),
  };
}

async function handle(world, csp, request, response) {
  const url = new URL(request.url, `http://${request.headers.host}`);
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString();
  const route = `${request.method} ${url.pathname}`;
  const fault = world.faults.get(route);
  if (fault === 'cut') return void response.destroy();
  if (fault === 'slow') await new Promise((resolve) => setTimeout(resolve, 1200));
  response.setHeader('DPoP-Nonce', nonce(world));
  const context = { world, request, response, url, body, route };
  const answer = await answerTo(context);
  if (answer === undefined) return serveFile(csp, url, response);
  if (answer === STREAM) return;
  if (fault === 'lost') return void response.destroy();
  const [status, value] = answer;
  response
    .writeHead(status, { 'Content-Type': 'application/json' })
    .end(typeof value === 'string' ? value : JSON.stringify(value));
}

const STREAM = Symbol('stream');

async function answerTo(context) {
  const { world, route, url, body, request } = context;
  const match = (pattern) => new RegExp(`^${pattern}$`).exec(route);
  let hit;
  switch (route) {
    case 'GET /.well-known/farthing-keys':
      return [200, world.keySet];
    case 'POST /v1/payers':
      return signUp(context);
    case 'POST /v1/tokens': {
      const { jwk } = await proof(context);
      const payer = world.payers.get(JSON.parse(body).payer);
      if (!payer?.devices.some((one) => one.key === b64(sha(jcs(jwk))))) throw new Refused('auth.refused');
      return [200, token(world, payer)];
    }
    case 'GET /v1/me':
      return [200, payerView(world, await device(context))];
    case 'GET /v1/devices':
      return [200, { items: (await device(context)).devices, next: null }];
    case 'POST /v1/quotes':
      return [200, quoteView(world, await device(context), JSON.parse(body))];
    case 'POST /v1/payments':
      return pay(context, await device(context));
    case 'GET /v1/payments': {
      const payer = await device(context);
      const q = url.searchParams.get('q')?.toLowerCase() ?? '';
      const status = url.searchParams.get('status');
      const rows = payer.payments.filter(
        ({ view }) =>
          (!status || view.status === status) &&
          [view.payee.name, view.payee.name_latin, view.purpose, view.place, view.payment].some((text) =>
            text.toLowerCase().includes(q),
          ),
      );
      return [
        200,
        page(
          rows.map(({ view }) => view),
          url,
        ),
      ];
    }
    case 'GET /v1/alerts':
      return [200, page((await device(context)).alerts, url)];
    case 'GET /v1/alerts/stream':
      return stream(context, { payer: (await device(context)).payer });
    case 'POST /v1/freeze': {
      const payer = await device(context);
      payer.frozen = true;
      payer.unfreezesAt = null;
      alert(world, payer, { kind: 'payer.frozen' });
      return [200, payerView(world, payer)];
    }
    case 'POST /v1/unfreeze': {
      const payer = await device(context);
      payer.unfreezesAt = iso(Date.now() + UNFREEZE_MS);
      alert(world, payer, { kind: 'payer.unfreeze_requested' });
      return [200, payerView(world, payer)];
    }
    case 'POST /v1/test/funds': {
      const payer = await device(context);
      const { amount } = JSON.parse(body);
      payer.posted += amount.minor;
      alert(world, payer, { kind: 'payer.funded', amount });
      return [200, payerView(world, payer)];
    }
    case 'POST /v1/qr/inspect':
      return [200, { verdict: 'trusted', reasons: [] }];
    case 'POST /v1/intents':
      shop(context);
      return [201, await createIntent(world, JSON.parse(body), request.headers['idempotency-key'])];
    case 'GET /v1/payee':
      shop(context);
      return [
        200,
        {
          balance: balance(world.shopBalance, 0),
          category: '5814',
          name: world.payee.name,
          name_latin: world.payee.name_latin,
          payee: world.payee.id,
          place: world.place,
        },
      ];
    case 'POST /mock/faults':
      world.faults = new Map(Object.entries(JSON.parse(body)));
      return [200, {}];
  }
  if ((hit = match('GET /v1/payments/(pay_\\w+)(/receipt)?'))) {
    const row = (await device(context)).payments.find(({ view }) => view.payment === hit[1]);
    if (!row) throw new Refused('payment.unknown');
    return [200, hit[2] ? row.receipt : row.view];
  }
  if ((hit = match('GET /v1/intents/(int_\\w+)/core'))) return [200, jcs(intentOf(world, hit[1]).core)];
  if ((hit = match('GET /v1/intents/(int_\\w+)/events'))) {
    shop(context);
    return stream(context, { intent: hit[1] });
  }
  if ((hit = match('GET /v1/intents/(int_\\w+)'))) {
    shop(context);
    return [200, intentOf(world, hit[1])];
  }
  if (url.pathname.startsWith('/v1/')) throw new Refused('request.not_found');
  return undefined;
}

async function signUp(context) {
  const { world, body } = context;
  const { jwk } = await proof(context);
  const said = JSON.parse(body);
  const known = world.payers.get(said.payer);
  if (known && known.body !== body) throw new Refused('payer.exists');
  const payer = known ?? {
    ...said,
    body,
    account: id('acc'),
    posted: 0,
    held: 0,
    frozen: false,
    unfreezesAt: null,
    payments: [],
    alerts: [],
    paid: new Set(),
    jwk,
    devices: [
      {
        bound_at: iso(Date.now()),
        device: said.device,
        key: b64(sha(jcs(jwk))),
        name: said.device_name,
        revoked: false,
        tier: 1,
      },
    ],
  };
  world.payers.set(said.payer, payer);
  if (!known && world.history && !said.name.startsWith('새')) past(world, payer);
  return [201, { payer: payerView(world, payer), token: token(world, payer) }];
}

/** A plausible past, so that lists and searches have something to show. */
function past(world, payer) {
  const places = [
    [
      '모퉁이 커피',
      'Corner Coffee',
      '5814',
      '서울 성동구 연무장길 12, 1층',
      ['아메리카노 2잔', '라떼와 스콘', '원두 200g'],
      [4500, 9800, 16000],
    ],
    [
      '한강 편의점',
      'Hangang Mart',
      '5411',
      '서울 영등포구 여의동로 330',
      ['생수와 김밥', '우산', '라면 세트'],
      [3900, 8000, 5600],
    ],
    [
      '별빛 서점',
      'Starlight Books',
      '5942',
      '서울 마포구 와우산로 29길 6',
      ['잡지 1권', '소설 1권'],
      [12000, 15800],
    ],
    ['두 바퀴 공유자전거', 'Two Wheels', '7519', '서울 전역', ['1시간 이용권'], [1000]],
  ];
  for (let index = 0; index < 64; index += 1) {
    const [name, name_latin, category, place, purposes, amounts] = places[(index * 7) % places.length];
    const pick = index % purposes.length;
    const at = Date.now() - 5_400_000 - index * 31_000_000;
    const status =
      index === 2
        ? 'authorized'
        : index === 4
          ? 'refused'
          : index === 9
            ? 'voided'
            : index === 17
              ? 'expired'
              : 'captured';
    const core = coreOf(
      { category, id: id('pye'), name, name_latin },
      place,
      { amount: krw(amounts[pick]), purpose: purposes[pick] },
      id('int'),
      at,
      120,
    );
    record(
      payer,
      core,
      status,
      status === 'refused' ? ['funds.insufficient'] : [],
      at,
      index === 6 ? 4500 : 0,
    );
  }
  payer.payments.sort((a, b) => (a.view.created_at < b.view.created_at ? 1 : -1));
  for (const { view } of payer.payments.slice(0, 40)) {
    payer.alerts.push({
      amount: view.amount,
      at: view.created_at,
      event: id('evt'),
      kind: `payment.${view.status}`,
      payee_name: view.payee.name,
      payment: view.payment,
      reasons: view.reasons,
    });
  }
}

function record(payer, core, status, codes, at, refunded = 0) {
  const reasons = codes.map(reason);
  const amount = core.amount;
  const paid = status === 'captured';
  const view = {
    amount,
    captured: krw(paid ? amount.minor : 0),
    created_at: iso(at),
    decision: id('dec'),
    fee: krw(0),
    funding: 'wallet',
    intent: core.intent,
    payee: core.payee,
    payment: id('pay'),
    place: core.place,
    purpose: core.purpose,
    reasons,
    refunded: krw(paid ? Math.min(refunded, amount.minor) : 0),
    status,
  };
  const refunds = view.refunded.minor
    ? [
        {
          amount: view.refunded,
          created_at: iso(at + 7_200_000),
          payment: view.payment,
          reason: '품절로 일부 환불',
          refund: id('rfd'),
          remaining: krw(amount.minor - view.refunded.minor),
        },
      ]
    : [];
  const row = {
    view,
    receipt: { core, device: payer.device, payment: view, quote: b64(sha(jcs(core))), refunds },
  };
  payer.payments.unshift(row);
  return row;
}

function coreOf(payee, place, { amount, purpose }, intent, at, ttl) {
  return {
    amount,
    created_at: iso(at),
    expires_at: iso(at + ttl * 1000),
    funding: [
      {
        fee: krw(0),
        kind: 'wallet',
        path: [
          { name: '내 지갑', role: 'wallet' },
          { name: 'Farthing', role: 'provider' },
          { name: payee.name, role: 'payee' },
        ],
        refundable_days: 7,
        settlement_days: 1,
      },
    ],
    intent,
    payee,
    place,
    purpose,
  };
}

async function createIntent(world, said, once) {
  const before = once && world.once.get(once);
  if (before) return before;
  const intent = id('int');
  const at = Date.now();
  const core = coreOf(
    world.payee,
    said.place ?? world.place,
    said,
    intent,
    at,
    said.expires_in_seconds ?? 120,
  );
  const view = {
    capture: said.capture ?? 'automatic',
    code: await codeOf(world, core),
    core,
    intent,
    payment: null,
    payment_status: null,
    quote: b64(sha(jcs(core))),
    reference: said.reference ?? null,
    status: 'open',
  };
  world.intents.set(intent, view);
  if (once) world.once.set(once, view);
  setTimeout(
    () => {
      if (view.status === 'open') {
        view.status = 'expired';
        push(world, { intent }, 'intent', view);
      }
    },
    Date.parse(core.expires_at) - at,
  ).unref();
  return view;
}

async function codeOf(world, core) {
  const tlv = (tag, value) => `${tag}${String(Array.from(value).length).padStart(2, '0')}${value}`;
  const unix = (text) => String(Math.floor(Date.parse(text) / 1000));
  const covered = [
    tlv('00', '01'),
    tlv('01', '12'),
    tlv('26', tlv('00', 'farth') + tlv('01', core.payee.id)),
    tlv('52', core.payee.category),
    tlv('53', '410'),
    tlv('54', String(core.amount.minor)),
    tlv('58', 'KR'),
    tlv('59', core.payee.name_latin.slice(0, 25)),
    tlv('60', 'Seoul'),
    tlv('64', tlv('00', 'ko') + tlv('01', core.payee.name) + tlv('02', '서울')),
    tlv(
      '80',
      tlv('00', 'farth') +
        tlv('01', core.intent) +
        tlv('02', unix(core.created_at)) +
        tlv('03', unix(core.expires_at)),
    ),
    tlv('81', tlv('00', 'farth') + tlv('01', b64(sha(jcs(core)))) + tlv('02', 'code-2026-11')),
  ].join('');
  const signature = b64(Buffer.from(await subtle.sign('Ed25519', world.signer, Buffer.from(covered))));
  const text = `${covered}${tlv('82', tlv('00', 'farth') + tlv('01', signature))}6304`;
  return text + crc16(text);
}

function refusalsOf(world, payer, intent) {
  const codes = [];
  if (payer.frozen) codes.push('payer.frozen');
  if (intent.status === 'taken') codes.push('intent.taken');
  if (intent.status === 'expired') codes.push('intent.expired');
  if (intent.core.amount.minor > LIMIT) codes.push('policy.payment_limit');
  if (intent.core.amount.minor > payer.posted - payer.held) codes.push('funds.insufficient');
  return codes;
}

function quoteView(world, payer, { intent: intentId }) {
  const intent = intentOf(world, intentId);
  const available = payer.posted - payer.held;
  const { core } = intent;
  const codes = refusalsOf(world, payer, intent);
  const after = available - core.amount.minor;
  const warnings = [];
  if (!payer.paid.has(core.payee.id)) warnings.push('first_time_payee');
  if (Date.parse(core.expires_at) - Date.now() < 20_000) warnings.push('expires_soon');
  if (after >= 0 && after < available / 10) warnings.push('leaves_little');
  return {
    available_after: codes.length ? null : krw(after),
    available_before: krw(available),
    core,
    funding: core.funding[0],
    limit_left: krw(Math.max(0, LIMIT - core.amount.minor)),
    quote: intent.quote,
    refusals: codes.map(reason),
    total: core.amount,
    warnings,
  };
}

function pay({ world, body }, payer) {
  const said = JSON.parse(body);
  const first = world.payments.get(said.payment);
  if (first) return answerFor(first);
  const intent = intentOf(world, said.intent);
  const codes = refusalsOf(world, payer, intent);
  if (said.quote !== intent.quote) codes.push('quote.changed');
  const manual = intent.capture === 'manual';
  const row = record(
    payer,
    intent.core,
    codes.length ? 'refused' : manual ? 'authorized' : 'captured',
    codes,
    Date.now(),
  );
  row.view.payment = said.payment;
  world.payments.set(said.payment, row);
  if (!codes.length) {
    if (manual) payer.held += intent.core.amount.minor;
    else payer.posted -= intent.core.amount.minor;
    world.shopBalance += intent.core.amount.minor;
    payer.paid.add(intent.core.payee.id);
    Object.assign(intent, { status: 'taken', payment: said.payment, payment_status: row.view.status });
    push(world, { intent: intent.intent }, 'intent', intent);
  }
  alert(world, payer, {
    kind: `payment.${row.view.status}`,
    amount: row.view.amount,
    payee_name: row.view.payee.name,
    payment: said.payment,
    reasons: row.view.reasons,
  });
  return answerFor(row);
}

function answerFor({ view }) {
  if (view.status === 'refused') throw new Refused(view.reasons[0].code, { payment: view.payment });
  return [201, view];
}

function payerView(world, payer) {
  return {
    account: payer.account,
    balance: balance(payer.posted, payer.held),
    currency: payer.currency,
    frozen: payer.frozen,
    name: payer.name,
    payer: payer.payer,
    payment_limit: krw(LIMIT),
    test_mode: true,
    unfreezes_at: payer.unfreezesAt,
  };
}

function alert(world, payer, what) {
  const view = {
    amount: null,
    at: iso(Date.now()),
    event: id('evt'),
    payee_name: null,
    payment: null,
    reasons: [],
    ...what,
  };
  payer.alerts.unshift(view);
  push(world, { payer: payer.payer }, 'alert', view);
}

function stream({ world, request, response }, topic) {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  response.write(': hello\n\n');
  const watcher = { ...topic, response };
  world.watchers.add(watcher);
  request.socket.on('close', () => world.watchers.delete(watcher));
  if (topic.intent)
    response.write(`event: intent\ndata: ${JSON.stringify(intentOf(world, topic.intent))}\n\n`);
  return STREAM;
}

function push(world, topic, event, data) {
  for (const watcher of world.watchers) {
    if (watcher.payer === topic.payer && watcher.intent === topic.intent)
      watcher.response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }
}

function shop({ world, request }) {
  if (request.headers.authorization !== `Bearer ${world.apiKey}`) throw new Refused('auth.refused');
}

async function device(context) {
  const { world, request } = context;
  const access = /^DPoP (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  const grant = access && world.tokens.get(access);
  if (!grant) throw new Refused('auth.refused');
  await proof(context, access);
  if (Date.now() > grant.until) throw new Refused('auth.token_expired');
  return grant.payer;
}

async function proof({ world, request, url, body }, access) {
  const [header, claims, signature] = (request.headers.dpop ?? '').split('.');
  if (!signature) throw new Refused('auth.refused');
  const { jwk } = JSON.parse(Buffer.from(header, 'base64url').toString());
  const said = JSON.parse(Buffer.from(claims, 'base64url').toString());
  const key = await subtle.importKey('jwk', jwk, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify']);
  const good = await subtle.verify(
    { name: 'ECDSA', hash: 'SHA-256' },
    key,
    Buffer.from(signature, 'base64url'),
    Buffer.from(`${header}.${claims}`),
  );
  if (!good || said.htm !== request.method || said.htu !== url.origin + url.pathname)
    throw new Refused('auth.refused');
  if (said.ath !== (access && b64(sha(access)))) throw new Refused('auth.refused');
  if (said.body_s256 !== (body === '' ? undefined : b64(sha(body)))) throw new Refused('proof.wrong_body');
  if (body !== '' && jcs(JSON.parse(body)) !== body) throw new Refused('request.not_canonical');
  if (!said.nonce || (world.nonces.get(said.nonce) ?? 0) < Date.now()) throw new Refused('auth.nonce_needed');
  if (world.jtis.has(said.jti)) throw new Refused('proof.replayed');
  world.jtis.add(said.jti);
  return { jwk };
}

function token(world, payer) {
  const access = b64(randomBytes(24));
  const until = Date.now() + 600_000;
  world.tokens.set(access, { payer, until });
  return { access_token: access, expires_at: iso(until), token_type: 'DPoP' };
}

function nonce(world) {
  const value = b64(randomBytes(12));
  world.nonces.set(value, Date.now() + 300_000);
  return value;
}

function refuse(world, response, request, { code, extra }) {
  const [status, ko, en] = REASONS[code];
  const message = (request.headers['accept-language'] ?? '').startsWith('ko') ? ko : en;
  response.writeHead(status, { 'Content-Type': 'application/problem+json' }).end(
    JSON.stringify({
      code,
      message,
      retry: status === 503,
      status,
      title: en,
      type: `/docs/reasons#${code}`,
      ...extra,
    }),
  );
}

async function serveFile(csp, url, response) {
  const types = {
    '.js': 'text/javascript',
    '.css': 'text/css',
    '.html': 'text/html; charset=utf-8',
    '.svg': 'image/svg+xml',
  };
  const asset = url.pathname.startsWith('/assets/');
  const path = normalize(join(DIST, asset ? url.pathname : 'index.html'));
  const content = await readFile(path).catch(() => undefined);
  if (!content || !path.startsWith(DIST)) return void response.writeHead(404).end();
  response
    .writeHead(200, {
      'Content-Type': types[extname(path)] ?? 'application/octet-stream',
      'Content-Security-Policy': csp,
    })
    .end(content);
}

function page(rows, url) {
  const from = Number(url.searchParams.get('cursor') ?? 0);
  const limit = Number(url.searchParams.get('limit') ?? 50);
  return {
    items: rows.slice(from, from + limit),
    next: from + limit < rows.length ? String(from + limit) : null,
  };
}

function intentOf(world, intent) {
  const found = world.intents.get(intent);
  if (!found) throw new Refused('intent.unknown');
  return found;
}

const reason = (code) => ({ code, en: REASONS[code][2], ko: REASONS[code][1] });
const krw = (minor) => ({ currency: 'KRW', minor });
const balance = (posted, held) => ({ available: krw(posted - held), held: krw(held), posted: krw(posted) });
const iso = (ms) => new Date(ms).toISOString();
const sha = (data) => createHash('sha256').update(data).digest();
const b64 = (bytes) => Buffer.from(bytes).toString('base64url');
const jcs = (value) =>
  Array.isArray(value)
    ? `[${value.map(jcs).join(',')}]`
    : value && typeof value === 'object'
      ? `{${Object.keys(value)
          .sort()
          .map((name) => `${JSON.stringify(name)}:${jcs(value[name])}`)
          .join(',')}}`
      : JSON.stringify(value);

function id(prefix) {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes[6] = 0x70 | (bytes[6] & 15);
  bytes[8] = 0x80 | (bytes[8] & 63);
  let rest = BigInt(`0x${bytes.toString('hex')}`);
  let text = '';
  for (let digit = 0; digit < 26; digit += 1, rest >>= 5n)
    text = '0123456789abcdefghjkmnpqrstvwxyz'[Number(rest & 31n)] + text;
  return `${prefix}_${text}`;
}

function crc16(text) {
  let crc = 0xffff;
  for (const byte of Buffer.from(text)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff;
  }
  return crc.toString(16).toUpperCase().padStart(4, '0');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const mock = await startMock({ port: Number(process.env.PORT ?? 8788) });
  console.log(`mock server on ${mock.url}; shop: ${mock.url}/shop#key=${mock.apiKey}`);
}
