import { describe, expect, it, vi } from 'vitest';
import { Gate } from './gate.ts';

/** A loop of at most 20 steps, one turn of the event loop each. */
function loop() {
  const told: string[] = [];
  const gate = new Gate({
    onPause: () => Promise.resolve(void told.push('pause')),
    onContinue: () => Promise.resolve(void told.push('continue')),
  });
  let steps = 0;
  const run = async (): Promise<void> => {
    while (steps < 20 && !gate.isStopped) {
      if (!gate.pass()) {
        await gate.wait();
        continue;
      }
      steps++;
      await new Promise((resolve) => setTimeout(resolve));
    }
  };
  return { gate, told, run, steps: () => steps };
}

describe('Gate', () => {
  it('lets every step pass until told otherwise', async () => {
    const { told, run, steps } = loop();
    await run();
    expect(steps()).toBe(20);
    expect(told).toEqual([]);
  });

  it('pauses, lets single steps pass, and goes on', async () => {
    const { gate, told, run, steps } = loop();
    gate.pause();
    const running = run();
    await vi.waitFor(() => expect(gate.isWaiting).toBe(true));
    expect(steps()).toBe(0);
    gate.stepOnce();
    await vi.waitFor(() => expect(told).toEqual(['pause', 'continue', 'pause']));
    expect(steps()).toBe(1);
    gate.continue();
    await running;
    expect(steps()).toBe(20);
    expect(gate.isWaiting).toBe(false);
  });

  it('is told to go on while it is about to wait, and does not wait', async () => {
    const { gate, run, steps } = loop();
    gate.pause();
    const running = run(); // has asked, and tells of its pause
    gate.continue();
    await running;
    expect(steps()).toBe(20);
  });

  it('stops a loop that waits', async () => {
    const { gate, run, steps } = loop();
    gate.pause();
    const running = run();
    await vi.waitFor(() => expect(gate.isWaiting).toBe(true));
    gate.stop();
    await running;
    expect(steps()).toBe(0);
  });
});
