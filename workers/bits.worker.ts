/** @file Helper of the trainer: trains and evaluates a share of the bit-widths. */
import { expose } from 'comlink';
import { startBackend } from '../src/engine/backend.ts';
import { answerPings } from '../src/rpc/heartbeat.ts';
import type { BitsApi } from '../src/rpc/bits-api.ts';
import type { Exchange } from '../src/train/exchange.ts';
import { Replica } from '../src/train/replica.ts';
import { localMember } from '../src/train/team.ts';
import type { TeamMember } from '../src/train/team.ts';
import { openExchange } from './exchange-channel.ts';

let member: TeamMember | null = null;

function ready(): TeamMember {
  if (member === null) throw new Error('internal: helper used before init');
  return member;
}

const api: BitsApi = {
  async init(spec) {
    await startBackend(spec.backend);
    const exchange: Exchange = openExchange(spec.channel).exchange;
    member = localMember(new Replica(spec.replica), exchange);
  },
  step: (plan) => ready().step(plan),
  takeTerms: () => ready().takeTerms(),
  evaluate: (limit) => ready().evaluate(limit),
  snapshot: () => ready().snapshot(),
  restore: (arrays) => ready().restore(arrays),
};

answerPings();
expose(api);
