import type { BackendName } from '../spec/run.ts';
import type { ReplicaSpec } from '../train/replica.ts';
import type { TeamMember } from '../train/team.ts';

export interface BitsSpec {
  readonly replica: ReplicaSpec;
  readonly backend: BackendName;
  /** Name of the broadcast channel on which the team exchanges logits and gradients. */
  readonly channel: string;
}

/** Contract of a helper worker: one share of the bit-widths of a training run. */
export interface BitsApi extends TeamMember {
  init(spec: BitsSpec): Promise<void>;
}
