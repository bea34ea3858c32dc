import { describe, expect, it } from 'vitest';
import { bitFusion } from '../../hw/presets/bitfusion.ts';
import { eyeriss } from '../../hw/presets/eyeriss.ts';
import type { LevelMapping } from '../../hw/mapping.ts';
import { uniformBits } from '../../hw/workload.ts';
import { meshPictures, stripsText } from './array-layout.ts';

const empty: LevelMapping = { keep: [], temporal: [], spatialX: [], spatialY: [] };

describe('meshPictures', () => {
  it('draws the one mesh of Eyeriss with what its axes carry', () => {
    const levels = eyeriss.levels.map((level) =>
      level.name === 'GlobalBuffer'
        ? {
            ...empty,
            spatialX: [['K', 7]] as const,
            spatialY: [['S', 3] as const, ['C', 4] as const],
          }
        : empty,
    );
    const [mesh, ...rest] = meshPictures(eyeriss, { levels }, uniformBits(16));
    expect(rest).toEqual([]);
    expect(mesh).toMatchObject({ columns: 14, rows: 12, usedColumns: 7, usedRows: 12, lanes: 1 });
    expect(mesh?.onRows).toEqual([
      { dim: 'S', factor: 3, each: 1 },
      { dim: 'C', factor: 4, each: 3 },
    ]);
    expect(stripsText(mesh?.onRows ?? [])).toBe('S in 3 and C in 4');
  });

  it('counts the products that a fused unit does at narrow widths', () => {
    const levels = bitFusion.levels.map(() => empty);
    const [narrow] = meshPictures(bitFusion, { levels }, uniformBits(2));
    const [wide] = meshPictures(bitFusion, { levels }, uniformBits(8));
    expect([narrow?.lanes, wide?.lanes]).toEqual([16, 1]);
    expect(narrow?.columns).toBe(16 * (wide?.columns ?? 0));
    expect(stripsText(wide?.onColumns ?? [])).toBe('nothing');
  });
});
