/**
 * @file What several processes gain over one on matrix products that share nothing: the most that
 * workers of a training step can gain on this machine.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { openModule } from './gemm.ts';

const SECONDS = 3;
/** Small enough for a core's own cache: memory is not what is measured. */
const [M, DEPTH, COLUMNS] = [512, 64, 64] as const;

/** @returns matrix products a second of `processes` at once, all together, over those of one */
export async function gemmGain(processes: number): Promise<number> {
  const alone = await together(1);
  return (await together(processes)) / alone;
}

/** Nothing pins a process to a core: the system spreads them as it spreads workers. */
async function together(processes: number): Promise<number> {
  const rates = await Promise.all(Array.from({ length: processes }, rateOfProcess));
  return rates.reduce((sum, rate) => sum + rate, 0);
}

function rateOfProcess(): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.url), ['measure']);
    let rate: number | null = null;
    child.on('message', (message) => (rate = Number(message)));
    child.on('error', reject);
    child.on('exit', () => {
      if (rate === null) reject(new Error('gemm gain: a process ended without a figure'));
      else resolve(rate);
    });
  });
}

/** Products a second of this process; the first half second warms up. */
function measure(): number {
  const { exports, base } = openModule();
  const b = base + M * DEPTH * 4;
  const c = b + DEPTH * COLUMNS * 4;
  const scratch = (c + M * COLUMNS * 4 + 63) & ~63;
  const run = (seconds: number): number => {
    const start = performance.now();
    let count = 0;
    while (performance.now() - start < seconds * 1000) {
      exports.matmul(base, b, c, M, DEPTH, COLUMNS, scratch);
      count++;
    }
    return (count * 1000) / (performance.now() - start);
  };
  run(0.5);
  return run(SECONDS);
}

if (process.argv[2] === 'measure') process.send?.(measure());
