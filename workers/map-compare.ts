/** @file Experts' dataflows for a whole network, each on a helper of its own, the newest call alone. */
import type { Accelerator } from '../src/hw/accelerator.ts';
import { DATAFLOWS } from '../src/hw/dataflows/catalogue.ts';
import type { LayerQuestion, Rival } from '../src/rpc/map-api.ts';
import type { Objective } from '../src/spec/mapping.ts';
import { crewSize } from './map-crew.ts';
import { spawnMapHelpers } from './map-helpers.ts';
import type { MapHelpers } from './map-helpers.ts';

interface Call {
  readonly helpers: MapHelpers;
  readonly end: () => void;
}

export class MapCompare {
  #call: Call | null = null;

  /** Resolves when all are told, or a newer call has come. @throws Error when a helper dies */
  async compare(
    accelerator: Accelerator,
    layers: readonly LayerQuestion[],
    objective: Objective,
    onRival: (rival: Rival) => void,
  ): Promise<void> {
    this.#call?.end();
    const names = DATAFLOWS.filter((dataflow) => dataflow.suits(accelerator)).map(
      ({ name }) => name,
    );
    const size = Math.min(names.length, crewSize(navigator.hardwareConcurrency));
    const helpers = spawnMapHelpers(size);
    const ended = new Promise<void>((end) => (this.#call = { helpers, end }));
    const call = this.#call;
    const work = helpers.members.map(async (member) => {
      for (let name = names.shift(); name !== undefined; name = names.shift()) {
        const rival = await member.rival(name, accelerator, layers, objective);
        if (this.#call === call) onRival(rival);
      }
    });
    try {
      await Promise.race([Promise.all(work), ended, helpers.death]);
    } finally {
      helpers.dispose();
      if (this.#call === call) this.#call = null;
    }
  }
}
