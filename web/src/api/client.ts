/** One door to the server: language, deadlines, problem+json, nonces, tokens and proofs. */

import { canonical, type Json } from '@/domain/jcs';
import { createProof, newJti } from '@/domain/proof';
import type { DeviceId } from '@/domain/typeid';
import { NotKnown, Refusal, isRefusal } from './errors';
import * as store from './keystore';
import type { Problem, RefreshBody, TokenBody, TokenView } from './types';

type Identity = store.Identity;
/** Enough of an identity to sign with. */
type Signer = Pick<Identity, 'jwk' | 'privateKey'>;

const DEADLINE_MS = 15_000;
/** A token this close to its end is not used any more. */
const TOKEN_MARGIN_MS = 15_000;
const SHARED_TOKEN_MS = 30_000;

export interface Call {
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: Json;
  /** The exact body, where it was written before. */
  readonly bodyText?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /** A stream has no deadline. */
  readonly stream?: boolean;
  /** Only such a call lets an answer clear what the browser cached (`Clear-Site-Data`). There are no cookies to send. */
  readonly clears?: boolean;
}

let language = 'ko';
let nonce: string | undefined;
let clockSkewMs = 0;
let token: store.KeptToken | undefined;
const ended = new Set<() => void>();
let tokenRequest: Promise<string> | undefined;

export const speak = (next: string): void => void (language = next);
/** The server's clock, as far as the last answer's `Date` tells. */
export const serverNow = (): number => Date.now() + clockSkewMs;
export async function adoptToken(device: DeviceId, view: TokenView): Promise<void> {
  token = { device, view, at: Date.now() };
  // Only where tabs take turns may they share a refresh token.
  if ('locks' in navigator) await store.save('token', token).catch(() => undefined);
}

/** A call that anybody may make, or that carries its own `Authorization`. */
export async function open<T>(call: Call): Promise<T> {
  return read<T>(await send(call, {}));
}

/** A call proven by the device key alone: sign-up and token requests. */
export async function proven<T>(identity: Signer, call: Call): Promise<T> {
  return read<T>(await withNonce(async () => send(call, { DPoP: await proofFor(identity, call) })));
}

/** A call by the payer's device: access token and proof. */
export async function asDevice<T>(identity: Identity, call: Call): Promise<T> {
  return read<T>(await deviceResponse(identity, call));
}

export async function deviceResponse(identity: Identity, call: Call): Promise<Response> {
  const attempt = () =>
    withNonce(async () => {
      const access = await accessToken(identity);
      return send(call, { Authorization: `DPoP ${access}`, DPoP: await proofFor(identity, call, access) });
    });
  try {
    return await attempt();
  } catch (error) {
    if (isRefusal(error, 'auth.session_ended')) await endHere();
    if (!isRefusal(error, 'auth.token_expired')) throw error;
    await dropToken();
    return attempt();
  }
}

/** The answer itself, for streams. Refused answers are thrown. */
export async function send(call: Call, credentials: Readonly<Record<string, string>>): Promise<Response> {
  const { path, query = {}, signal, headers, stream = false, clears = false } = call;
  const search = new URLSearchParams(
    Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined),
  ).toString();
  const body = textOf(call);
  const signals = [signal, stream ? undefined : AbortSignal.timeout(DEADLINE_MS)].filter(
    (one) => one !== undefined,
  );
  let response: Response;
  try {
    response = await fetch(search === '' ? path : `${path}?${search}`, {
      method: methodOf(call),
      headers: {
        Accept: stream ? 'text/event-stream' : 'application/json, application/problem+json',
        'Accept-Language': language,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
        ...credentials,
      },
      body: body ?? null,
      cache: 'no-store',
      credentials: clears ? 'same-origin' : 'omit',
      redirect: 'error',
      signal: AbortSignal.any(signals),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new NotKnown(error);
  }
  nonce = response.headers.get('DPoP-Nonce') ?? nonce;
  const date = Date.parse(response.headers.get('Date') ?? '');
  // WHY: `Date` is cut to seconds, so only a real difference counts.
  if (Number.isFinite(date)) clockSkewMs = Math.abs(date - Date.now()) > 2_000 ? date - Date.now() : 0;
  if (!response.ok) throw await refusalOf(response);
  return response;
}

async function accessToken(identity: Identity): Promise<string> {
  if (token?.device === identity.device && isFresh(token, identity)) return token.view.access_token;
  tokenRequest ??= nextToken(identity).finally(() => (tokenRequest = undefined));
  return tokenRequest;
}

/** A shared machine fetches a token often: that is how the server knows that somebody still sits there. */
const isFresh = ({ view, at }: store.KeptToken, { kind }: Identity): boolean =>
  Date.parse(view.expires_at) - serverNow() > TOKEN_MARGIN_MS &&
  (kind !== 'shared' || Date.now() - at < SHARED_TOKEN_MS);

/**
 * The session's next token. All tabs share one session, and a refresh token works once: so they take turns.
 *
 * INVARIANT: a refresh token is forgotten before it is sent. One that is sent twice ends the session, as if it was copied.
 */
async function nextToken(identity: Identity): Promise<string> {
  return withTurn(async () => {
    const kept = await store.load('token').catch(() => undefined);
    const ours = kept?.device === identity.device ? kept : undefined;
    if (ours && isFresh(ours, identity) && ours.view.access_token !== token?.view.access_token) {
      token = ours;
      return ours.view.access_token;
    }
    await store.forget('token').catch(() => undefined);
    const view = await carriedOn(identity, ours?.view.refresh_token).catch((error: unknown) => {
      // WHY: somebody ended this session, perhaps from another device; opening a new one at once would undo that.
      if (isRefusal(error, 'auth.session_ended')) throw error;
      return openSession(identity);
    });
    await adoptToken(identity.device, view);
    return view.access_token;
  });
}

async function carriedOn(identity: Identity, refresh?: string | null): Promise<TokenView> {
  if (refresh == null) throw new NotKnown();
  const { device, payer } = identity;
  const body: RefreshBody = { device, payer, refresh_token: refresh };
  return proven<TokenView>(identity, { method: 'POST', path: '/v1/tokens/refresh', body });
}

export const tokenBody = ({ device, kind, payer }: Identity): TokenBody => ({
  device,
  ...(kind === 'shared' && { kind }),
  payer,
});

/** Opens a session by the device's key alone. */
export function openSession(identity: Identity): Promise<TokenView> {
  return proven<TokenView>(identity, { method: 'POST', path: '/v1/tokens', body: tokenBody(identity) });
}

/** One tab at a time, where the browser can tell; otherwise each tab opens a session of its own. */
async function withTurn<T>(work: () => Promise<T>): Promise<T> {
  const { locks } = navigator as { locks?: LockManager };
  return locks ? locks.request('farthing.token', work) : work();
}

async function withNonce(attempt: () => Promise<Response>): Promise<Response> {
  try {
    return await attempt();
  } catch (error) {
    // The refusal itself brought the fresh nonce.
    if (!isRefusal(error, 'auth.nonce_needed')) throw error;
    return attempt();
  }
}

/** A proof that this device holds its key, for a bound device to hand in with its own request (crates/device). */
export async function possession(identity: Identity, body: TokenBody, path = '/v1/devices'): Promise<string> {
  return proofFor(identity, { method: 'POST', path, body });
}

/** Called when this browser's session was ended, here or by another device: nobody is logged in until they say so. */
export function onSessionEnded(listener: () => void): () => void {
  ended.add(listener);
  return () => void ended.delete(listener);
}

async function endHere(): Promise<void> {
  await dropToken();
  for (const listener of ended) listener();
}

/** Forgets the session: the next call opens a new one. */
export async function dropToken(): Promise<void> {
  token = undefined;
  await store.forget('token').catch(() => undefined);
}

function proofFor({ jwk, privateKey }: Signer, call: Call, access?: string) {
  return createProof(
    jwk,
    async (bytes) =>
      new Uint8Array(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, privateKey, bytes)),
    {
      method: methodOf(call),
      url: new URL(call.path, location.origin).href,
      body: textOf(call),
      token: access,
      nonce,
      iat: Math.floor(serverNow() / 1000),
      jti: newJti(),
    },
  );
}

const methodOf = (call: Call): string => call.method ?? 'GET';
const textOf = (call: Call): string | undefined =>
  call.bodyText ?? (call.body === undefined ? undefined : canonical(call.body));

async function read<T>(response: Response): Promise<T> {
  try {
    return (await response.json()) as T;
  } catch (error) {
    throw new NotKnown(error);
  }
}

/** INVARIANT: an answer that is not Farthing's own (a proxy's page, say) is "not known", never "refused". */
async function refusalOf(response: Response): Promise<Error> {
  if (!response.headers.get('Content-Type')?.includes('json')) return new NotKnown(response.status);
  const problem = (await response.json().catch(() => undefined)) as Partial<Problem> | undefined;
  if (typeof problem?.code !== 'string' || typeof problem.message !== 'string')
    return new NotKnown(response.status);
  return new Refusal({
    retry: false,
    status: response.status,
    title: problem.message,
    type: '',
    ...problem,
  } as Problem);
}
