/** @file What the tabs of the lab tell each other: the progress of runs and searches, and who may go on. */
import type { TrainProgress } from './progress.ts';
import { runsInTraining, searchesInProgress, withQueueLock } from './run-lock.ts';
import type { SearchProgress } from './search-api.ts';

export type TabMessage =
  | { readonly kind: 'progress'; readonly progress: TrainProgress }
  /** Asks the tab that trains the run to write a checkpoint and let go. */
  | { readonly kind: 'hand-over'; readonly runId: string }
  /** The sender trains the run no more. */
  | { readonly kind: 'ended'; readonly runId: string }
  /** The sender has deleted or renamed stored runs. */
  | { readonly kind: 'runs-changed' }
  /** The same three of a search, and that the sender has deleted one. */
  | { readonly kind: 'search-progress'; readonly progress: SearchProgress }
  | { readonly kind: 'search-hand-over'; readonly searchId: string }
  | { readonly kind: 'search-ended'; readonly searchId: string }
  | { readonly kind: 'searches-changed' };

export interface TabLink {
  /** To all other tabs; plain data. */
  post(message: TabMessage): void;
  /** Any number may listen. */
  listen(hear: (message: TabMessage) => void): void;
  /** Ids of the runs that any tab trains, this one included. */
  runsInTraining(): Promise<string[]>;
  /** Ids of the searches that any tab carries out, this one included. */
  searchesInProgress(): Promise<string[]>;
  /** Do `work` as the one tab that works on queued runs; false where another one does. */
  withQueue(work: () => Promise<void>): Promise<boolean>;
}

/** Counts up when messages change, so that tabs of two versions do not misread each other. */
const CHANNEL = 'instantnet-lab:tabs:2';

const KINDS: ReadonlySet<string> = new Set<TabMessage['kind']>([
  'progress',
  'hand-over',
  'ended',
  'runs-changed',
  'search-progress',
  'search-hand-over',
  'search-ended',
  'searches-changed',
]);

export function browserTabLink(): TabLink {
  const channel = new BroadcastChannel(CHANNEL);
  return {
    post: (message) => channel.postMessage(message),
    listen: (hear) => {
      channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
        if (isMessage(data)) hear(data);
      });
    },
    runsInTraining: () => runsInTraining(),
    searchesInProgress: () => searchesInProgress(),
    withQueue: (work) => withQueueLock(work),
  };
}

function isMessage(data: unknown): data is TabMessage {
  const { kind } = (data ?? {}) as { readonly kind?: unknown };
  return typeof kind === 'string' && KINDS.has(kind);
}
