// Light or dark, before the first paint: what was chosen here, else what the system prefers. A classic script, because
// a module would come too late. Knows nothing of the rest of the page.
(function () {
  'use strict';
  var key = 'sluice-theme'; // 'light', 'dark'; absent = as the system
  var system = window.matchMedia('(prefers-color-scheme: dark)');

  function chosen() {
    try { return window.localStorage.getItem(key); } catch (refused) { return null; }
  }
  function apply() {
    var wanted = chosen();
    var theme = wanted === 'light' || wanted === 'dark' ? wanted : system.matches ? 'dark' : 'light';
    document.documentElement.dataset.theme = theme;
    window.dispatchEvent(new CustomEvent('sluice-theme', { detail: theme }));
  }

  window.sluiceTheme = {
    now: function () { return document.documentElement.dataset.theme; },
    /** The other one; kept where the browser lets us. */
    toggle: function () {
      var other = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
      try {
        if (other === (system.matches ? 'dark' : 'light')) window.localStorage.removeItem(key);
        else window.localStorage.setItem(key, other);
        apply();
      } catch (refused) { document.documentElement.dataset.theme = other; }
    },
  };
  system.addEventListener('change', apply);
  apply();
})();
