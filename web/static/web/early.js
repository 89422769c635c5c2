// Runs before the first paint, so that the page never flashes in the other theme: the chosen one, else the system's.
(() => {
  var system = matchMedia("(prefers-color-scheme: dark)");
  function apply() {
    var chosen;
    try {
      chosen = localStorage.theme;
    } catch {
      // Nothing is kept where the browser lets no page keep anything.
    }
    var known = chosen === "light" || chosen === "dark";
    document.documentElement.dataset.theme = known ? chosen : system.matches ? "dark" : "light";
  }
  system.addEventListener("change", apply);
  apply();
})();
