/** @file The set-up as a link and back: what a link holds is taken only when all of it is good. */
import { LINK_DEFAULTS, readLink, writeLink } from '../spec/link.ts';
import type { LinkState, Mode, PanelId } from '../spec/link.ts';
import type { DatasetSpec } from '../spec/recipe.ts';
import { parseSearchRecipe } from '../spec/search-recipe.ts';
import type { SearchSetup } from '../spec/search-recipe.ts';
import { SpecError } from '../util/errors.ts';
import { BENCHES } from './journey.svelte.ts';
import type { Lab } from './lab.svelte.ts';
import { sentenceOf } from './worker-owner.ts';

/** What a link is for, where it is not the page as it stands. */
export interface LinkPurpose {
  readonly mode: Mode;
  readonly panels?: readonly PanelId[];
}

export class Share {
  readonly #lab: Lab;
  /** Images of the link that was opened, until they are brought. */
  #wanted: DatasetSpec | null = null;

  constructor(lab: Lab) {
    this.#lab = lab;
  }

  /** The set-up and what is shown of it. */
  get state(): LinkState {
    const { form, data, mapSetup, trade, journey, stage } = this.#lab;
    return {
      recipe: { ...form.draft, dataset: data.spec ?? form.draft.dataset },
      nas: this.#nas ?? LINK_DEFAULTS.nas,
      shown: {
        backend: form.backend,
        bench: journey.at,
        network: mapSetup.subjectId,
        mapWidths: [...mapSetup.ownBitWidths],
        bits: trade.chosenBits,
        metric: trade.metric,
        mode: stage.mode,
        panels: [...stage.panels],
      },
    };
  }

  /** The search bench's set-up; null while it has a fault. */
  get #nas(): SearchSetup | null {
    try {
      const { dataset: _images, ...setup } = parseSearchRecipe(this.#lab.search.form.draft);
      return setup;
    } catch {
      return null;
    }
  }

  /** What the link cannot carry, as sentences for the one who shares it. */
  get notes(): readonly string[] {
    const { accelerators } = this.#lab;
    const { recipe } = this.state;
    const { accelerator } = recipe.mapping;
    const isOwn = accelerators.own.some(({ name }) => name === accelerator);
    return [
      ...(recipe.dataset.kind === 'stored'
        ? ['Your own images stay on this device: whoever opens the link needs the same files.']
        : []),
      ...(this.#nas === null
        ? ['The search bench’s set-up has a fault and is not in the link.']
        : []),
      ...(isOwn ? [`The accelerator “${accelerator}” is your own and stays on this device.`] : []),
    ];
  }

  /**
   * The hash, with its `#`.
   * @throws SpecError when the set-up has a fault or is too long for a link
   */
  hash({ mode, panels }: LinkPurpose): string {
    const { fault } = this.#lab.form;
    if (fault !== null) throw new SpecError(`A link needs a set-up without a fault: ${fault}`);
    const { recipe, nas, shown } = this.state;
    return `#${writeLink({ recipe, nas, shown: { ...shown, mode, panels: [...(panels ?? shown.panels)] } })}`;
  }

  /**
   * Open what the address holds: a bench, a link, or nothing. A bad link changes nothing but the
   * notice. Images come with `bringImages`, once the store has been looked at.
   * @returns whether there was a good link
   */
  open(hash: string): boolean {
    const { journey, train, search } = this.#lab;
    try {
      const read = readLink(hash);
      if (read.kind === 'none') return false;
      const bench = BENCHES.find(
        ({ id }) => id === (read.kind === 'bench' ? read.bench : read.state.shown.bench),
      );
      if (read.kind === 'bench') {
        if (bench) journey.goTo(bench.id);
        return false;
      }
      if (train.isLive) {
        throw new SpecError('link: a run is in training, open it again when that has ended');
      }
      if (search.isBusy) {
        throw new SpecError('link: a search is in progress, open it again when that has ended');
      }
      this.#check(read.state, bench?.id);
      this.#apply(read.state);
      if (bench) journey.goTo(bench.id);
      if (read.unknown.length > 0) this.#say(unknownSentence(read.unknown));
      return true;
    } catch (error) {
      this.#say(`The link was not opened, and nothing was changed. ${sentenceOf(error)}`);
      return false;
    }
  }

  /** The images that the link names; safe to call when there was none. */
  async bringImages(): Promise<void> {
    const wanted = this.#wanted;
    this.#wanted = null;
    if (wanted === null) return;
    const { data, accelerators, form } = this.#lab;
    const { accelerator } = form.draft.mapping;
    if (!accelerators.find(accelerator)) {
      this.#say(
        `The link names the accelerator “${accelerator}”, which is not on this device: choose another one.`,
      );
    }
    if (wanted.kind === 'stored') {
      if (data.stored.some(({ id }) => id === wanted.id)) await data.select(wanted.id ?? '');
      else {
        this.#say(
          'The link needs images of its author’s own, which it does not carry: open the same files in the data bench.',
        );
      }
    } else if (JSON.stringify(data.spec) !== JSON.stringify(wanted)) await data.generate(wanted);
  }

  /** What the schema cannot know. @throws SpecError */
  #check({ shown }: LinkState, bench: string | undefined): void {
    const { subjects } = this.#lab.mapSetup;
    if (bench === undefined) {
      const names = BENCHES.map(({ id }) => id).join(', ');
      throw new SpecError(`link.bench: expected one of ${names}, got ${shown.bench}`);
    }
    const known = ['run', ...[...subjects.lab, ...subjects.literature].map(({ id }) => id)];
    if (!known.includes(shown.network)) {
      throw new SpecError(`link.network: expected a network of the lab, got ${shown.network}`);
    }
  }

  #apply({ recipe, nas, shown }: LinkState): void {
    const { form, search, mapSetup, trade, stage } = this.#lab;
    form.load(recipe);
    search.form.load({ ...nas, dataset: recipe.dataset });
    form.setBackend(shown.backend);
    mapSetup.setBitWidths(shown.mapWidths);
    void mapSetup.choose(shown.network);
    trade.choose(shown.bits);
    trade.setMetric(shown.metric);
    stage.enter(shown.mode, shown.panels);
    this.#wanted = recipe.dataset;
  }

  #say(sentence: string): void {
    this.#lab.notify(sentence);
  }
}

function unknownSentence(names: readonly string[]): string {
  const MOST = 5;
  const list = names.slice(0, MOST).join(', ') + (names.length > MOST ? ', …' : '');
  return `The link has settings that this version of the lab does not know, and they were left out: ${list}.`;
}
