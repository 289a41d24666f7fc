/** Addresses that travel as codes between people: where to come back, and whose new device to vouch for. */

import { isId, type DeviceId, type PayerId } from './typeid';

/** The number stands in the fragment, which no server sees. */
export const recoverAddress = (origin: string, payer: PayerId): string => `${origin}/recover#wallet=${payer}`;

export interface HelpRequest {
  readonly device: DeviceId;
  readonly payer: PayerId;
}

const HELP = '/security/help';

export const helpAddress = (origin: string, { device, payer }: HelpRequest): string =>
  `${origin}${HELP}#device=${device}&wallet=${payer}`;

/** Of this origin only: a request from elsewhere is no request. */
export function parseHelp(text: string, origin: string): HelpRequest | undefined {
  const address = text.trim();
  if (!address.startsWith(`${origin}${HELP}#`)) return undefined;
  return helpIn(address.slice(address.indexOf('#')));
}

/** From a fragment. */
export function helpIn(hash: string): HelpRequest | undefined {
  const said = new URLSearchParams(hash.replace(/^#/, ''));
  const [device, payer] = [said.get('device') ?? '', said.get('wallet') ?? ''];
  return isId('dev', device) && isId('pyr', payer) ? { device, payer } : undefined;
}

/** The device's number in such an address, or in what somebody typed. */
export function deviceIn(text: string): DeviceId | undefined {
  const found = /dev_[0-9a-z]{26}/.exec(text)?.[0] ?? '';
  return isId('dev', found) ? found : undefined;
}
