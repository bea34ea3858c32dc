/**
 * @file Entry of lab.html: the lab without its page, for `npm run -s lab`.
 *
 * `window.lab.run` takes what crosses from the command line and gives back plain data; it never
 * rejects, because an error that crosses keeps only its message.
 */
import { spawnData, spawnMapper, spawnSearch, spawnTrainer } from '../rpc/spawn.ts';
import type { SearchMeasure, SearchMeasureSpec } from '../rpc/search-api.ts';
import type { MeasureSpec, TrainMeasure } from '../rpc/train-api.ts';
import { compareHeadless } from '../state/headless-compare.ts';
import type { CompareRequest, CompareResult } from '../state/headless-compare.ts';
import { runHeadless } from '../state/headless-run.ts';
import type { HeadlessRequest, HeadlessResult, HeadlessServices } from '../state/headless-run.ts';
import { searchHeadless } from '../state/headless-search.ts';
import type { HeadlessSearchRequest, HeadlessSearchResult } from '../state/headless-search.ts';
import { pretrain } from '../state/pretrain.ts';
import type { PretrainRequest, PretrainResult } from '../state/pretrain.ts';
import { browserRunStore } from '../state/run-store.ts';
import { sentenceOf } from '../state/worker-owner.ts';
import { CODE_VERSION } from './version.ts';

export type HeadlessOutcome<T> =
  | { readonly ok: true; readonly result: T }
  /** badInput: the recipe or a file, not the lab. */
  | { readonly ok: false; readonly badInput: boolean; readonly message: string };

export interface HeadlessLab {
  /** Dataset files are those chosen in `#files`. Progress goes to `say`. */
  run(
    request: Omit<HeadlessRequest, 'files'>,
    say: (line: string) => void,
  ): Promise<HeadlessOutcome<HeadlessResult>>;
  /** As `run`; the result is a project file with answers for the page to show first. */
  pretrain(
    request: Omit<PretrainRequest, 'files'>,
    say: (line: string) => void,
  ): Promise<HeadlessOutcome<PretrainResult>>;
  /** As `run`, for a comparison. */
  compare(
    request: Omit<CompareRequest, 'files'>,
    say: (line: string) => void,
  ): Promise<HeadlessOutcome<CompareResult>>;
  /** As `run`, for a network search and the training and mapping of what it finds. */
  search(
    request: Omit<HeadlessSearchRequest, 'files'>,
    say: (line: string) => void,
  ): Promise<HeadlessOutcome<HeadlessSearchResult>>;
  /** Time steps of a supernet in a search worker of its own. */
  measureSearch(spec: SearchMeasureSpec): Promise<SearchMeasure>;
  /** Time training steps in a trainer worker of its own. Rejects where the backend is missing. */
  measure(spec: MeasureSpec): Promise<TrainMeasure>;
}

declare global {
  interface Window {
    /** Called by scripts/lab.ts and bench/train.ts. */
    lab?: HeadlessLab;
  }
}

/** Carry out what a command asks for, with the files it chose; errors become data. */
async function attempt<T>(
  work: (services: HeadlessServices, files: readonly File[]) => Promise<T>,
  say: (line: string) => void,
): Promise<HeadlessOutcome<T>> {
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
    return { ok: true, result: await work(services, [...(input?.files ?? [])]) };
  } catch (error) {
    const badInput = error instanceof Error && error.name === 'SpecError';
    return { ok: false, badInput, message: sentenceOf(error) };
  }
}

window.lab = {
  run: (request, say) =>
    attempt((services, files) => runHeadless({ ...request, files }, services, say), say),
  pretrain: (request, say) =>
    attempt((services, files) => pretrain({ ...request, files }, services, say), say),
  compare: (request, say) =>
    attempt((services, files) => compareHeadless({ ...request, files }, services, say), say),
  search: (request, say) =>
    attempt(
      (services, files) => searchHeadless({ ...request, files }, { ...services, spawnSearch }, say),
      say,
    ),
  async measureSearch(spec) {
    const { api, terminate } = spawnSearch();
    try {
      return await api.measure(spec);
    } finally {
      terminate();
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
