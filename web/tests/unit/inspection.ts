/** Inspections as the server writes them, for tests. */

import type { Inspection } from '@/domain/inspection';

export const said = (changes: Partial<Inspection>): Inspection => ({
  fields: {},
  findings: [],
  reasons: [],
  scheme: 'emv-mpm',
  tree: [],
  valid: true,
  verdict: 'unverified',
  ...changes,
});
