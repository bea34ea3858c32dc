/** @file The few words under each bench's name: what it holds, or what it is doing now. */
import type { BenchId } from '../state/journey.svelte.ts';
import type { Lab } from '../state/lab.svelte.ts';
import { formatBits, formatCount, formatMacs, formatPercent } from './format.ts';

export interface StationNote {
  readonly text: string;
  /** It has what the next bench needs. */
  readonly isDone: boolean;
  readonly isLive: boolean;
}

export function stationNote(lab: Lab, bench: BenchId): StationNote {
  switch (bench) {
    case 'data': {
      const { dataset, isBusy } = lab.data;
      const images = dataset ? `${formatCount(dataset.train + dataset.test)} images` : 'no images';
      return { text: isBusy ? 'working' : images, isDone: dataset !== null, isLive: isBusy };
    }
    case 'train': {
      const { train, open } = lab;
      if (train.isLive && train.pace) {
        const ratio = train.pace.step / train.pace.totalSteps;
        const doing = train.phase === 'paused' ? 'paused at' : 'training';
        return { text: `${doing} ${formatPercent(ratio, 0)}`, isDone: false, isLive: true };
      }
      if (train.isLive) return { text: 'starting', isDone: false, isLive: true };
      const best = open.record?.accuracies?.at(-1);
      return {
        text: best ? `${formatPercent(best.accuracy)} at ${formatBits(best.bits)}` : 'no run yet',
        isDone: best !== undefined,
        isLive: false,
      };
    }
    case 'search': {
      const { run, shown } = lab.search;
      if (run.isLive && run.pace) {
        const ratio = run.pace.step / Math.max(1, run.pace.totalSteps);
        const doing = run.phase === 'paused' ? 'paused at' : 'searching';
        return { text: `${doing} ${formatPercent(ratio, 0)}`, isDone: false, isLive: true };
      }
      if (run.isLive) return { text: 'starting', isDone: false, isLive: true };
      const found = shown.record?.found;
      return {
        text: found ? formatMacs(found.macs) : 'none yet',
        isDone: found !== undefined,
        isLive: false,
      };
    }
    case 'map': {
      const { map, mapSetup } = lab;
      if (map.isLive) {
        const ratio = map.search?.doneRatio ?? 0;
        return { text: `searching ${formatPercent(ratio, 0)}`, isDone: false, isLive: true };
      }
      const { mapping } = mapSetup;
      return {
        text: mapping ? `on ${mapping.accelerator}` : 'not mapped',
        isDone: mapping?.done === true,
        isLive: false,
      };
    }
    case 'trade': {
      const { trade } = lab;
      const isDone =
        trade.point !== null && trade.point.accuracy !== null && trade.point.cost !== null;
      return {
        text: trade.bits === null ? 'what a bit costs' : `at ${formatBits(trade.bits)}`,
        isDone,
        isLive: false,
      };
    }
    default:
      return bench satisfies never;
  }
}
