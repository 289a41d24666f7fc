/** Three ways a call can fail, never mixed: refused, not known, not possible here. */

import type { Problem } from './types';

/** The server refused, and says why. Match `code`, show `message`. */
export class Refusal extends Error {
  readonly problem: Problem;
  readonly at: Date;

  constructor(problem: Problem, at = new Date()) {
    super(problem.message);
    this.name = 'Refusal';
    this.problem = problem;
    this.at = at;
  }

  get code(): string {
    return this.problem.code;
  }
}

/** No answer arrived, so nobody here knows what the server did. */
export class NotKnown extends Error {
  constructor(cause?: unknown) {
    super('no answer arrived', { cause });
    this.name = 'NotKnown';
  }
}

/** This browser lacks something the wallet cannot do without. */
export class NotPossible extends Error {
  readonly missing: 'webcrypto' | 'indexeddb';

  constructor(missing: 'webcrypto' | 'indexeddb', cause?: unknown) {
    super(`this browser has no usable ${missing}`, { cause });
    this.name = 'NotPossible';
    this.missing = missing;
  }
}

export const isRefusal = (error: unknown, code?: string): error is Refusal =>
  error instanceof Refusal && (code === undefined || error.code === code);
