/**
 * @file What the workers of a team send each other during a step: logits of a bit-width (small) and
 * its gradient of the shared weights (their size).
 *
 * Every worker gets every message and sums gradients itself, in the same order, so all replicas stay
 * bit-identical and no second round trip is needed. Copies, not shared memory: a step exchanges
 * under a megabyte, far below a hundredth of its time (docs/decisions).
 */

export interface Mail {
  readonly step: number;
  readonly kind: 'logits' | 'gradients' | 'ranges' | 'handover';
  readonly bits: number;
  readonly data: Float32Array;
}

type Post = (mail: Mail) => void;

function keyOf(mail: Pick<Mail, 'step' | 'kind' | 'bits'>): string {
  return `${mail.step}:${mail.kind}:${mail.bits}`;
}

/** One worker's end of the exchange. */
export class Exchange {
  readonly #post: Post;
  readonly #arrived = new Map<string, Mail>();
  readonly #waiting = new Map<
    string,
    { resolve: (data: Float32Array) => void; reject: (error: Error) => void }
  >();
  #failure: Error | null = null;

  constructor(post: Post) {
    this.#post = post;
  }

  /** Send to all others. */
  publish(mail: Mail): void {
    this.#post(mail);
  }

  /** A message from another worker arrived. */
  receive(mail: Mail): void {
    const key = keyOf(mail);
    const waiting = this.#waiting.get(key);
    if (waiting === undefined) {
      this.#arrived.set(key, mail);
      return;
    }
    this.#waiting.delete(key);
    waiting.resolve(mail.data);
  }

  /** Wait for a message. Rejects when the exchange fails. */
  take(wanted: Pick<Mail, 'step' | 'kind' | 'bits'>): Promise<Float32Array> {
    const key = keyOf(wanted);
    const mail = this.#arrived.get(key);
    if (mail !== undefined) {
      this.#arrived.delete(key);
      return Promise.resolve(mail.data);
    }
    if (this.#failure !== null) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => this.#waiting.set(key, { resolve, reject }));
  }

  /** Drop what nobody asked for in steps before `step`. */
  forgetBefore(step: number): void {
    for (const [key, mail] of this.#arrived) if (mail.step < step) this.#arrived.delete(key);
  }

  /** Another worker died: everyone who waits is told. */
  fail(error: Error): void {
    this.#failure = error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
