/** @file Building a team: the trainer's replica and one helper worker per share of the bit-widths. */
import type { NamedArray } from '../src/nn/parameters.ts';
import { spawnBits } from '../src/rpc/spawn-bits.ts';
import type { Spawned } from '../src/rpc/spawn.ts';
import type { BitsApi } from '../src/rpc/bits-api.ts';
import type { BackendName } from '../src/spec/run.ts';
import { Replica } from '../src/train/replica.ts';
import type { ReplicaSpec } from '../src/train/replica.ts';
import { assignBits, Team } from '../src/train/team.ts';
import { openExchange } from './exchange-channel.ts';

export interface RunningTeam {
  readonly team: Team;
  readonly lead: Replica;
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
 */
export async function buildTeam(
  spec: Omit<ReplicaSpec, 'ownBits' | 'arrays'>,
  arrays: readonly NamedArray[] | null,
  backend: BackendName,
  channel: string,
  onHelperError: (error: Error) => void,
  members = teamSize(backend, spec.bitWidths),
): Promise<RunningTeam> {
  const [own = [], ...others] = assignBits(spec.bitWidths, members);
  const lead = new Replica({ ...spec, arrays, ownBits: own });
  if (others.length === 0) {
    const team = new Team(lead, [], null);
    return { team, lead, dispose: () => team.dispose() };
  }
  const { exchange, close } = openExchange(channel);
  const helpers: Spawned<BitsApi>[] = others.map(() => spawnBits());
  const team = new Team(
    lead,
    helpers.map(({ api }) => api),
    exchange,
  );
  const dispose = (): void => {
    for (const helper of helpers) helper.terminate();
    close();
    team.dispose();
  };
  try {
    for (const { worker } of helpers) {
      worker.onerror = (event) => {
        const error = new Error(`a training helper stopped: ${event.message}`);
        exchange.fail(error);
        onHelperError(error);
      };
    }
    await Promise.all(
      helpers.map(({ api }, i) =>
        api.init({ replica: { ...spec, arrays, ownBits: others[i] ?? [] }, backend, channel }),
      ),
    );
  } catch (error) {
    dispose();
    throw error;
  }
  return { team, lead, dispose };
}
