import { beforeEach, expect, test, vi } from 'vitest';
import { dropOffer, keepKey, keptKey, offeredKey, takeKeyFromAddress } from '@/api/merchantKey';

const kept = new Map<string, string>();
const replaceState = vi.fn();

beforeEach(() => {
  kept.clear();
  replaceState.mockReset();
  vi.stubGlobal('history', { state: 'a', replaceState });
  vi.stubGlobal('sessionStorage', {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => kept.set(name, value),
  });
  dropOffer();
});

function visit(pathname: string, hash: string): void {
  vi.stubGlobal('location', { pathname, search: '?a=1', hash });
  takeKeyFromAddress();
}

test('a key from a link is offered, not kept, and leaves the address', () => {
  visit('/shop', '#key=fk_1');
  expect([offeredKey(), keptKey()]).toEqual(['fk_1', undefined]);
  expect(replaceState).toHaveBeenCalledWith('a', '', '/shop?a=1');
});
test('it does not replace the key of an open till', () => {
  keepKey('fk_1');
  visit('/shop', '#key=fk_2');
  expect([offeredKey(), keptKey()]).toEqual(['fk_2', 'fk_1']);
});
test('the key the till already has asks nothing', () => {
  keepKey('fk_1');
  visit('/shop', '#key=fk_1');
  expect(offeredKey()).toBeUndefined();
  expect(replaceState).toHaveBeenCalledOnce();
});
test.each(['/', '/pay/x', '/shop/x', '/shopping'])('on %s it only leaves the address', (pathname) => {
  visit(pathname, '#key=fk_1');
  expect([offeredKey(), keptKey()]).toEqual([undefined, undefined]);
  expect(replaceState).toHaveBeenCalledOnce();
});
test('other fragments stay', () => {
  visit('/shop', '#top');
  expect(replaceState).not.toHaveBeenCalled();
});
