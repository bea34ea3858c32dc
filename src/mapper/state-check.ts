/** @file Whether a run can go on from a state that comes from storage. */
import { Evaluator } from './evaluator.ts';
import type { MapperRun, MapperState } from './run.ts';
import type { Found, StrategyState } from './strategy.ts';

/**
 * @param fresh a run of the same spec at its beginning
 * @returns whether the state is cut as the run is, and every mapping in it fits and costs what it says
 */
export function isStateOf(fresh: MapperRun, state: MapperState): boolean {
  const { problems } = fresh.plan;
  const cut = fresh.state().problems;
  if (state.problems.length !== problems.length) return false;
  const evaluators = problems.map((problem) => new Evaluator(problem, { kind: 'edp' }));
  const isTrue = (problem: number, { code, energyPj, latencyCycles }: Found): boolean => {
    const evaluator = evaluators[problem];
    return (
      evaluator !== undefined &&
      code.length === cut[problem]?.candidates[0]?.code.length &&
      evaluator.evaluate(code) < Infinity &&
      evaluator.energyPj === energyPj &&
      evaluator.latencyCycles === latencyCycles
    );
  };
  const areTrue = (problem: number, found: readonly Found[]): boolean =>
    found.every((one) => isTrue(problem, one));
  const isSound = (problem: number, island: StrategyState | null): boolean =>
    island === null || areTrue(problem, island.members);
  return (
    state.problems.every(
      ({ candidates, islands }, i) =>
        candidates.length > 0 &&
        areTrue(i, candidates) &&
        islands.length === cut[i]?.islands.length &&
        islands.every((island) => isSound(i, island)),
    ) &&
    state.results.every(
      ({ problem, island, front, state: reached }) =>
        island < (cut[problem]?.islands.length ?? 0) &&
        areTrue(problem, front) &&
        isSound(problem, reached),
    )
  );
}
