/** @file Answers of a worker, each asked for once. */

export class AnswerCache {
  readonly #most: number;
  readonly #answers = new Map<string, Promise<unknown>>();

  /** @param most answers kept; the oldest goes first */
  constructor(most: number) {
    this.#most = most;
  }

  /** What was asked before is answered from memory; what failed is asked again. */
  ask<T>(question: string, ask: () => Promise<T>): Promise<T> {
    const known = this.#answers.get(question) as Promise<T> | undefined;
    if (known) return known;
    const answer = ask();
    this.#answers.set(question, answer);
    answer.catch(() => this.#answers.delete(question));
    const oldest = this.#answers.keys().next().value;
    if (this.#answers.size > this.#most && oldest !== undefined) this.#answers.delete(oldest);
    return answer;
  }
}
