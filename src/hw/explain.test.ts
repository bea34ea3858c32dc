import { describe, expect, it } from 'vitest';
import { smallCase } from '../testing/small-cases.ts';
import { readCase } from './case.ts';
import { evaluate } from './evaluate.ts';
import { boundSentence, energyTerms, infeasibleSentence } from './explain.ts';
import { eyeriss } from './presets/eyeriss.ts';
import { convShape, uniformBits } from './workload.ts';

const keep = ['Weights', 'Inputs', 'Outputs'] as const;
const none = { temporal: [], spatialX: [], spatialY: [] };
const shape = convShape({ K: 4, C: 4, P: 4, Q: 4, R: 3, S: 3 });
const mapping = {
  levels: [
    { ...none, keep: ['Outputs'] as const },
    { ...none, keep: ['Weights'] as const, temporal: [['R', 3]] as const },
    { ...none, keep: ['Inputs'] as const },
    {
      keep: ['Inputs', 'Outputs'] as const,
      temporal: [
        ['P', 4],
        ['C', 4],
      ] as const,
      spatialX: [['Q', 4]] as const,
      spatialY: [['S', 3]] as const,
    },
    { ...none, keep, temporal: [['K', 4]] as const },
  ],
};

describe('energyTerms', () => {
  it('adds up to the cost; each term is a count, a constant and its source', () => {
    const bits = { weights: 4, inputs: 8, outputs: 8, psums: 16 };
    const cost = evaluate(shape, bits, eyeriss, mapping);
    if (!cost.ok) throw new Error(JSON.stringify(cost));
    const terms = energyTerms(cost, eyeriss, bits);
    const total = terms.reduce((sum, term) => sum + term.energyPj, 0);
    expect(total / cost.energyPj).toBeCloseTo(1, 12);
    for (const term of terms) expect(term.source).not.toBe('');
    expect([...terms].sort((a, b) => b.energyPj - a.energyPj)).toEqual(terms);
    const weights = terms.find((t) => t.level === 'DRAM' && t.dataspace === 'Weights');
    // all 144 weights once, 4 of 16 bits each
    expect(weights).toMatchObject({
      action: 'read',
      count: 144,
      constantPj: 128,
      constantBits: 16,
    });
    expect(weights?.energyPj).toBe(144 * 128 * (4 / 16));
  });
});

describe('sentences', () => {
  it('say what bounds a layer', () => {
    const cost = evaluate(shape, uniformBits(16), eyeriss, mapping);
    if (!cost.ok) throw new Error(JSON.stringify(cost));
    const compute = { ...cost, boundBy: { kind: 'compute' } as const };
    expect(boundSentence(compute)).toContain('no memory makes them wait');
    const small = readCase(smallCase({ dims: { P: 5 }, inner: [['P', 5]], outer: [] }), 'case');
    const levels = small.accelerator.levels.map((level) => ({ ...level, sharedBitsPerCycle: 1 }));
    const bound = evaluate(
      small.shape,
      small.bits,
      { ...small.accelerator, levels },
      small.mapping,
    );
    if (!bound.ok) throw new Error(JSON.stringify(bound));
    // Buffer: 15 reads, 11 writes of 16 bits at 1 bit a cycle
    expect(boundSentence(bound)).toBe(
      "Buffer's read and write bandwidth takes 336 cycles; the MACs alone would take 5.",
    );
  });

  it('say why a mapping cannot run', () => {
    const base = { ok: false, level: 'L' } as const;
    expect(infeasibleSentence({ ...base, reason: 'fanout', axis: 'X', needed: 9, have: 8 })).toBe(
      'The spatial loops below L need 9 instances in X; there are 8.',
    );
    expect(
      infeasibleSentence({ ...base, reason: 'fanout', axis: 'lanes', needed: 2, have: 1 }),
    ).toContain('cannot share a MAC spread over 2 MACs; there are 1');
    expect(infeasibleSentence({ ...base, reason: 'bypass', dataspace: 'Inputs' })).toBe(
      'L cannot hold Inputs.',
    );
  });
});
