/**
 * @file Entry of lab.html: the lab without its page, for `npm run -s lab`.
 *
 * `window.lab.run` takes what crosses from the command line and gives back plain data; it never
 * rejects, because an error that crosses keeps only its message.
 */
import { spawnData, spawnMapper, spawnTrainer } from '../rpc/spawn.ts';
import type { MeasureSpec, TrainMeasure } from '../rpc/train-api.ts';
import { runHeadless } from '../state/headless-run.ts';
import type { HeadlessRequest, HeadlessResult } from '../state/headless-run.ts';
import { browserRunStore } from '../state/run-store.ts';
import { sentenceOf } from '../state/worker-owner.ts';
import { CODE_VERSION } from './version.ts';

export type HeadlessOutcome =
  | { readonly ok: true; readonly result: HeadlessResult }
  /** badInput: the recipe or a file, not the lab. */
  | { readonly ok: false; readonly badInput: boolean; readonly message: string };

export interface HeadlessLab {
  /** Dataset files are those chosen in `#files`. Progress goes to `say`. */
  run(
    request: Omit<HeadlessRequest, 'files'>,
    say: (line: string) => void,
  ): Promise<HeadlessOutcome>;
  /** Time training steps in a trainer worker of its own. Rejects where the backend is missing. */
  measure(spec: MeasureSpec): Promise<TrainMeasure>;
}

declare global {
  interface Window {
    /** Called by scripts/lab.ts and bench/train.ts. */
    lab?: HeadlessLab;
  }
}

window.lab = {
  async run(request, say) {
    const input = document.querySelector<HTMLInputElement>('#files');
    const services = {
      spawnData,
      spawnTrainer,
      spawnMapper,
      store: browserRunStore(say),
      newId: () => crypto.randomUUID(),
      codeVersion: CODE_VERSION,
    };
    try {
      const files = [...(input?.files ?? [])];
      return { ok: true, result: await runHeadless({ ...request, files }, services, say) };
    } catch (error) {
      const badInput = error instanceof Error && error.name === 'SpecError';
      return { ok: false, badInput, message: sentenceOf(error) };
    }
  },
  async measure(spec) {
    const { api, terminate } = spawnTrainer();
    try {
      return await api.measure(spec);
    } finally {
      terminate();
    }
  },
};
