/** @file What the reader set for all visits: the theme. Kept in localStorage, if there is one. */

export const THEMES = ['system', 'light', 'dark'] as const;
export type ThemeChoice = (typeof THEMES)[number];

const KEY = 'instantnet-lab.theme';

function stored(): ThemeChoice {
  try {
    const value = localStorage.getItem(KEY);
    return THEMES.find((theme) => theme === value) ?? 'system';
  } catch {
    return 'system'; // storage may be forbidden
  }
}

export class Settings {
  #theme = $state<ThemeChoice>(stored());

  get theme(): ThemeChoice {
    return this.#theme;
  }

  setTheme(theme: ThemeChoice): void {
    this.#theme = theme;
    try {
      if (theme === 'system') localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, theme);
    } catch {
      // kept for this visit only
    }
  }
}
