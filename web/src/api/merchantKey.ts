/** The shop's API key: in this tab's session storage, never in an address or a log. */

const SLOT = 'farthing.shop.key';

/** Takes `#key=fk_…` out of the address before anything else reads it. */
export function takeKeyFromAddress(): void {
  const key = new URLSearchParams(location.hash.slice(1)).get('key');
  if (key === null) return;
  history.replaceState(null, '', location.pathname + location.search);
  keepKey(key);
}

export const keptKey = (): string | undefined => sessionStorage.getItem(SLOT) ?? undefined;
export const keepKey = (key: string): void => sessionStorage.setItem(SLOT, key.trim());
export const dropKey = (): void => sessionStorage.removeItem(SLOT);
