/** @file Building a team: the trainer's replica and one helper worker per share of the bit-widths. */
import type { NamedArray } from '../src/nn/parameters.ts';
import { SILENCE_MS, watch } from '../src/rpc/heartbeat.ts';
import { spawnBits } from '../src/rpc/spawn-bits.ts';
import type { Spawned } from '../src/rpc/spawned.ts';
import type { BitsApi } from '../src/rpc/bits-api.ts';
import type { BackendName } from '../src/spec/run.ts';
import { Replica } from '../src/train/replica.ts';
import type { ReplicaSpec } from '../src/train/replica.ts';
import { assignBits, Team } from '../src/train/team.ts';
import { openExchange } from './exchange-channel.ts';

export interface RunningTeam {
  readonly team: Team;
  readonly lead: Replica;
  /** Rejects with a WorkerDied when a helper dies (its calls would wait for ever); never resolves. */
  readonly death: Promise<never>;
  /** Ends helpers and gives everything back. */
  dispose(): void;
}

/** Workers that can share the bit-widths: a GPU is one device, so it has one. */
export function teamSize(backend: BackendName, bitWidths: readonly number[]): number {
  const cores = backend === 'webgpu' ? 1 : navigator.hardwareConcurrency;
  return Math.max(1, Math.min(cores, bitWidths.length));
}

/**
 * @param channel unique name of the run's exchange
 * @param members the trainer and its helpers; by default one for each core
 * @throws WorkerDied when a helper dies before it is ready
 */
export async function buildTeam(
  spec: Omit<ReplicaSpec, 'ownBits' | 'arrays'>,
  arrays: readonly NamedArray[] | null,
  backend: BackendName,
  channel: string,
  members = teamSize(backend, spec.bitWidths),
): Promise<RunningTeam> {
  const [own = [], ...others] = assignBits(spec.bitWidths, members);
  const lead = new Replica({ ...spec, arrays, ownBits: own });
  let fail: (died: Error) => void = () => undefined;
  const death = new Promise<never>((_resolve, reject) => (fail = reject));
  death.catch(() => undefined); // one that dies as it is ended is no unhandled rejection
  if (others.length === 0) {
    const team = new Team(lead, [], null);
    return { team, lead, death, dispose: () => team.dispose() };
  }
  const { exchange, close } = openExchange(channel);
  const helpers: Spawned<BitsApi>[] = others.map(() => spawnBits());
  const team = new Team(
    lead,
    helpers.map(({ api }) => api),
    exchange,
  );
  const stopWatching: (() => void)[] = [];
  const dispose = (): void => {
    for (const stop of stopWatching) stop();
    for (const helper of helpers) helper.terminate();
    close();
    team.dispose();
  };
  try {
    for (const { worker } of helpers) {
      const stop = watch(worker, {
        name: 'training helper',
        silenceMs: SILENCE_MS,
        isWaiting: () => true,
        onDeath: (died) => {
          exchange.fail(died);
          fail(died);
        },
      });
      stopWatching.push(stop);
    }
    const ready = helpers.map(({ api }, i) =>
      api.init({ replica: { ...spec, arrays, ownBits: others[i] ?? [] }, backend, channel }),
    );
    await Promise.race([Promise.all(ready), death]);
  } catch (error) {
    dispose();
    throw error;
  }
  return { team, lead, death, dispose };
}
