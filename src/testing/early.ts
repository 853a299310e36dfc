import type { Mark, Request } from './protocol';

/** What there was before the first fork. */
const NOTHING: Mark = { forks: 0, lastFork: 0, hazards: 0, pids: new Set() };

/**
 * Answers test code of a thread in which nothing has been judged yet: most test files never fork, and need not pay
 * for what judges. What was announced is kept for who answers later.
 */
export class EarlyAnswers {
  /** The last that brought what translates stacks, and the last since then. */
  #file: Request | undefined;
  #test: Request | undefined;

  /** Returns whether it could answer. */
  answer(request: Request): boolean {
    switch (request.type) {
      case 'mark':
        if (!request.divert) request.answer = NOTHING;
        break;
      case 'left':
        request.answer = [];
        break;
      case 'judge':
        if (!request.diverted) request.answer = { hazards: [] };
        break;
      case 'test':
        if (request.prepare) this.#file = { ...request };
        this.#test = request.prepare ? undefined : { ...request };
        request.answer = true;
    }
    return request.answer !== undefined;
  }

  /** What the one who answers from now on has to know. */
  get announced(): readonly Request[] {
    return [this.#file, this.#test].filter((request) => request !== undefined);
  }
}
