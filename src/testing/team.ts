/** @file A training run in this thread: a team of replicas wired to one another, for tests. */
import type { Dataset } from '../data/dataset.ts';
import type { NamedArray } from '../nn/parameters.ts';
import type { ModelSpec } from '../spec/model.ts';
import type { LiveChange } from '../spec/live-change.ts';
import type { Recipe } from '../spec/recipe.ts';
import type { LogEntry } from '../spec/run.ts';
import { Exchange } from '../train/exchange.ts';
import { UNTROUBLED } from '../train/recovery.ts';
import type { Recovery } from '../train/recovery.ts';
import { Replica } from '../train/replica.ts';
import { assignBits, localMember, Team } from '../train/team.ts';
import { Trainer } from '../train/trainer.ts';
import type { TrainOutcome } from '../train/trainer.ts';

export interface TestRun {
  readonly recipe: Recipe;
  readonly model: ModelSpec;
  readonly dataset: Dataset;
}

export interface TestTeam {
  readonly recipe: Recipe;
  readonly team: Team;
  readonly lead: Replica;
  dispose(): void;
}

/** @param arrays of a checkpoint; null starts from the recipe's seed */
export function teamOf(
  { recipe, model, dataset }: TestRun,
  members: number,
  arrays: readonly NamedArray[] | null,
): TestTeam {
  const { training, bitWidths, seed } = recipe;
  const shares = assignBits(bitWidths, members);
  const exchanges: Exchange[] = [];
  shares.forEach((_, i) => {
    exchanges.push(
      new Exchange((mail) => {
        exchanges.forEach((other, j) => {
          if (j !== i) other.receive(structuredClone(mail));
        });
      }),
    );
  });
  const [lead, ...others] = shares.map(
    (ownBits) => new Replica({ model, training, bitWidths, ownBits, seed, dataset, arrays }),
  );
  if (lead === undefined) throw new Error('internal: no lead');
  const helpers = others.map((replica, i) => localMember(replica, exchanges[i + 1] ?? null));
  const team = new Team(lead, helpers, members === 1 ? null : (exchanges[0] ?? null));
  const dispose = (): void => {
    team.dispose();
    for (const replica of others) replica.dispose();
  };
  return { recipe, team, lead, dispose };
}

export interface Recorded {
  readonly final: readonly NamedArray[];
  readonly checkpoints: Map<number, readonly NamedArray[]>;
  readonly recoveries: Map<number, Recovery>;
  readonly log: LogEntry[];
  readonly changes: readonly LiveChange[];
  readonly outcome: TrainOutcome;
}

export interface Control {
  readonly onStep?: (trainer: Trainer, step: number) => void;
  readonly onPause?: (trainer: Trainer) => void;
  /** Of the checkpoint that is resumed. */
  readonly recovery?: Recovery;
  /** Kept with the run that is resumed. */
  readonly changes?: readonly LiveChange[];
  readonly budgetSeconds?: number;
}

/** Train to the end; the team is disposed. */
export async function train(
  { recipe, team, dispose }: TestTeam,
  startStep = 0,
  control: Control = {},
): Promise<Recorded> {
  const checkpoints = new Map<number, readonly NamedArray[]>();
  const recoveries = new Map<number, Recovery>();
  const log: LogEntry[] = [];
  let changes = control.changes ?? [];
  const trainer: Trainer = new Trainer(
    recipe,
    team,
    {
      onStep: ({ step }) => control.onStep?.(trainer, step),
      onLog: (entries) => Promise.resolve(void log.push(...entries)),
      onCheckpoint: ({ step, tensors, recovery }) => {
        for (const later of checkpoints.keys()) if (later > step) checkpoints.delete(later);
        recoveries.set(step, recovery);
        return Promise.resolve(void checkpoints.set(step, structuredClone(tensors)));
      },
      onRollBack: (step, event) => {
        const kept = log.filter((entry) => entry.step <= step);
        log.splice(0, log.length, ...kept, event);
        return Promise.resolve();
      },
      onPause: () => Promise.resolve(control.onPause?.(trainer)),
      onContinue: () => Promise.resolve(),
      onChanges: (all) => Promise.resolve(void (changes = all)),
    },
    {
      step: startStep,
      recovery: control.recovery ?? UNTROUBLED,
      changes,
      ...(control.budgetSeconds === undefined ? {} : { budgetSeconds: control.budgetSeconds }),
    },
  );
  try {
    const outcome = await trainer.run();
    return { final: await team.snapshot(), checkpoints, recoveries, log, changes, outcome };
  } finally {
    dispose();
  }
}

/** Sorted by name, so that who owned what does not matter. */
export function byName(arrays: readonly NamedArray[]): NamedArray[] {
  return [...arrays].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The parts of a log that no clock decides. */
export function metricsOf(log: readonly LogEntry[]): unknown[] {
  return log.map((entry) =>
    entry.kind === 'event' ? entry : [entry.kind, entry.step, entry.metrics],
  );
}
