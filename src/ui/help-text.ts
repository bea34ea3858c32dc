/**
 * @file What every control and figure is: a sentence or a few, its unit, its formula, its source.
 * One file for each bench stands in help/. Only `Help` brings this, when an explanation is opened: the
 * names in help/titles.ts are in the page from the start.
 */
import { DATA_HELP } from './help/data.ts';
import type { HelpText } from './help/entry.ts';
import { MAP_HELP } from './help/map.ts';
import { SCOPE_HELP } from './help/scope.ts';
import { SEARCH_HELP } from './help/search.ts';
import type { HelpId } from './help/titles.ts';
import { TRADE_HELP } from './help/trade.ts';
import { TRAIN_HELP } from './help/train.ts';

export const HELP: Readonly<Record<HelpId, HelpText>> = {
  ...DATA_HELP,
  ...TRAIN_HELP,
  ...SEARCH_HELP,
  ...MAP_HELP,
  ...TRADE_HELP,
  ...SCOPE_HELP,
};
