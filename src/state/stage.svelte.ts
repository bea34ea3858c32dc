/** @file How the page is shown: the benches, a talk of chosen panels, or a panel in another's page. */
import { PANELS } from '../spec/link.ts';
import type { Mode, PanelId } from '../spec/link.ts';

export class Stage {
  #mode = $state<Mode>('lab');
  #panels = $state.raw<readonly PanelId[]>(PANELS);
  #at = $state(0);

  get mode(): Mode {
    return this.#mode;
  }
  /** In the order in which they come; at least one. */
  get panels(): readonly PanelId[] {
    return this.#panels;
  }
  /** The panel that a talk is at. */
  get panel(): PanelId {
    return this.#panels[this.#at] ?? PANELS[0];
  }
  /** Its position, from 0. */
  get at(): number {
    return this.#at;
  }

  enter(mode: Mode, panels: readonly PanelId[] = this.#panels): void {
    this.#mode = mode;
    this.#at = 0;
    if (panels.length > 0) this.#panels = panels;
  }

  leave(): void {
    this.#mode = 'lab';
  }

  /** One on or back; stays at the ends. */
  step(by: 1 | -1): void {
    this.#at = Math.max(0, Math.min(this.#panels.length - 1, this.#at + by));
  }

  /** Nothing happens where the panel is not among the chosen ones. */
  goTo(panel: PanelId): void {
    const at = this.#panels.indexOf(panel);
    if (at >= 0) this.#at = at;
  }

  /** Take a panel in or out; one stays, and the one that is shown stays shown if it can. */
  toggle(panel: PanelId): void {
    const shown = this.panel;
    const wanted = PANELS.filter((id) => this.#panels.includes(id) !== (id === panel));
    if (wanted.length === 0) return;
    this.#panels = wanted;
    this.#at = Math.max(0, wanted.indexOf(shown));
  }
}
