/** The shop's API key: in this tab's session storage, never in an address or a log. */

const SLOT = 'farthing.shop.key';

let offered: string | undefined;
const listeners = new Set<() => void>();

/**
 * Takes `#key=fk_…` out of the address before anything else reads it.
 *
 * INVARIANT: a key from a link is only offered, in memory. Till somebody says yes to the shop's name, the tab keeps the
 * till it has; otherwise a link could send a shop's takings to somebody else.
 */
export function takeKeyFromAddress(): void {
  const key = new URLSearchParams(location.hash.slice(1)).get('key')?.trim();
  if (key === undefined) return;
  history.replaceState(history.state, '', location.pathname + location.search);
  if (/^\/shop\/?$/.test(location.pathname) && key !== '' && key !== keptKey()) offer(key);
}

/** For a link that is followed while the page is open, too. */
export const watchAddress = (): void => window.addEventListener('hashchange', takeKeyFromAddress);

export const offeredKey = (): string | undefined => offered;
export const dropOffer = (): void => offer(undefined);
export function followOffer(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export const keptKey = (): string | undefined => sessionStorage.getItem(SLOT) ?? undefined;
export const keepKey = (key: string): void => sessionStorage.setItem(SLOT, key.trim());
export const dropKey = (): void => sessionStorage.removeItem(SLOT);

function offer(key: string | undefined): void {
  offered = key;
  for (const listener of listeners) listener();
}
