/*
 * Light, dark or the system's choice. A classic script in the head, run before the first paint: a module would come
 * too late and the page would flash. Exposes window.millraceTheme for the switch in the header.
 */
(() => {
  const STORED_AS = 'millrace.theme';
  const CHOICES = ['auto', 'light', 'dark'];

  const read = () => {
    try {
      return localStorage.getItem(STORED_AS);
    } catch {
      return null; // storage may be forbidden by the browser's settings
    }
  };

  let chosen = CHOICES.includes(read()) ? read() : 'auto';
  const apply = () => (document.documentElement.dataset.theme = chosen);

  window.millraceTheme = {
    get chosen() {
      return chosen;
    },
    next() {
      chosen = CHOICES[(CHOICES.indexOf(chosen) + 1) % CHOICES.length];
      apply();
      try {
        localStorage.setItem(STORED_AS, chosen);
      } catch {
        // then the choice lasts as long as the page
      }
      return chosen;
    },
  };
  apply();
})();
