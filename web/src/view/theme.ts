// The theme: the system's, unless the person chose one. public/theme.js applies it from the start.

export type Theme = 'light' | 'dark';

const KEY = 'troupe.theme';

export function currentTheme(): Theme {
  return document.documentElement.dataset.theme === 'dark' ? 'dark' : 'light';
}

export function chooseTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Storage is switched off: the choice lasts as long as the page.
  }
}

/** Calls back when the theme changes with the system's; returns how to stop that. */
export function onThemeChange(changed: (theme: Theme) => void): () => void {
  const observer = new MutationObserver(() => changed(currentTheme()));
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  return () => observer.disconnect();
}
