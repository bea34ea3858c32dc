/**
 * @file What every control and figure is: a sentence or a few, its unit, its formula, its source.
 * One file for each bench stands in help/.
 */
import { DATA_HELP } from './help/data.ts';
import { MAP_HELP } from './help/map.ts';
import { SCOPE_HELP } from './help/scope.ts';
import { SEARCH_HELP } from './help/search.ts';
import { TRADE_HELP } from './help/trade.ts';
import { TRAIN_HELP } from './help/train.ts';

export type { HelpText } from './help/entry.ts';

export const HELP = {
  ...DATA_HELP,
  ...TRAIN_HELP,
  ...SEARCH_HELP,
  ...MAP_HELP,
  ...TRADE_HELP,
  ...SCOPE_HELP,
} as const;

export type HelpId = keyof typeof HELP;
