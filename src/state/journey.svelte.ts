/** @file The benches in the order the data flows, and which one the reader is at. */

export const BENCHES = [
  { id: 'data', title: 'Data' },
  { id: 'train', title: 'Train' },
  { id: 'search', title: 'Search' },
  { id: 'map', title: 'Map' },
  { id: 'trade', title: 'Trade-off' },
] as const;

export type BenchId = (typeof BENCHES)[number]['id'];

export class Journey {
  #at = $state<BenchId>('data');

  get at(): BenchId {
    return this.#at;
  }

  goTo(bench: BenchId): void {
    this.#at = bench;
  }
}
