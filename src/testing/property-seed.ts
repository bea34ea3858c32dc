/**
 * @file Vitest set-up: property tests try the same cases in every run, so that a change alone can
 * break them. `FC_SEED=random npm run test:unit` tries others, `FC_SEED=N` those of seed N.
 */
import fc from 'fast-check';

const wanted = process.env['FC_SEED'] ?? '1';
if (wanted !== 'random') fc.configureGlobal({ seed: Number(wanted) });
