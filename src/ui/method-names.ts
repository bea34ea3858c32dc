/** @file How the methods of training are named in a choice. */
import type { Method } from '../spec/recipe.ts';

export const METHOD_NAMES: Readonly<Record<Method, string>> = {
  cdt: 'Cascade distillation (CDT)',
  sp: 'SP: from the highest alone',
  joint: 'Joint, no distillation',
  adabits: 'AdaBits: joint, learned clips',
  independent: 'Independent: a net per width',
  'sequential-down': 'Widths in turn, highest first',
  'sequential-up': 'Widths in turn, lowest first',
};
