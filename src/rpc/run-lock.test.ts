import { describe, expect, it } from 'vitest';
import { FakeLocks } from '../testing/fake-locks.ts';
import { runsInTraining, withRunLock } from './run-lock.ts';

/** A piece of work that ends when told to. */
function task(): { readonly run: () => Promise<string>; readonly end: (how: string) => void } {
  let end: (how: string) => void = () => undefined;
  const ended = new Promise<string>((resolve) => (end = resolve));
  return { run: () => ended, end };
}

describe('the lock of a run', () => {
  it('is refused while another tab trains the run, in one sentence', async () => {
    const locks = new FakeLocks();
    const { run, end } = task();
    const first = withRunLock('a', run, { locks });
    await expect(withRunLock('a', run, { locks })).rejects.toThrow(
      'training: expected a run that no other tab trains, got a',
    );
    expect(await runsInTraining(locks)).toEqual(['a']);
    end('done');
    expect(await first).toBe('done');
    expect(await runsInTraining(locks)).toEqual([]);
  });

  it('of another run is free', async () => {
    const locks = new FakeLocks();
    const { run, end } = task();
    const first = withRunLock('a', run, { locks });
    expect(await withRunLock('b', () => Promise.resolve(1), { locks })).toBe(1);
    end('done');
    await first;
  });

  it('goes on to the tab that waits for it once it is let go', async () => {
    const locks = new FakeLocks();
    const { run, end } = task();
    const first = withRunLock('a', run, { locks });
    const order: string[] = [];
    const second = withRunLock('a', () => Promise.resolve(order.push('second')), {
      locks,
      takeOver: true,
    });
    await new Promise((resolve) => setTimeout(resolve, 5));
    order.push('first ends');
    end('done');
    await Promise.all([first, second]);
    expect(order).toEqual(['first ends', 'second']);
  });

  it('is taken from a tab that does not let go, which is told at once', async () => {
    const locks = new FakeLocks();
    const { run, end } = task();
    let lost: AbortSignal | undefined;
    const first = withRunLock(
      'a',
      (signal) => {
        lost = signal;
        return run();
      },
      { locks },
    );
    const afterATurn = async (): Promise<boolean | undefined> => {
      await new Promise((resolve) => setTimeout(resolve, 0));
      return lost?.aborted;
    };
    const second = withRunLock('a', afterATurn, { locks, takeOver: true, handOverMs: 5 });
    await expect(second).resolves.toBe(true);
    expect(String(lost?.reason)).toContain('Another tab took this over.');
    end('too late');
    await first;
  });

  it('is let go by work that fails', async () => {
    const locks = new FakeLocks();
    const failing = withRunLock('a', () => Promise.reject(new Error('no')), { locks });
    await expect(failing).rejects.toThrow('no');
    expect(await runsInTraining(locks)).toEqual([]);
  });

  it('is not asked for where there are no locks', async () => {
    expect(await withRunLock('a', () => Promise.resolve(7), { locks: undefined })).toBe(7);
  });
});
