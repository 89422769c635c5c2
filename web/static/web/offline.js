// On the page that is shown offline: goes back to the real one as soon as the server answers.
(() => {
  const EVERY_MS = 3_000;
  async function look() {
    const answer = await fetch("/health/live", { cache: "no-store" }).catch(() => null);
    if (answer?.ok) location.reload();
  }
  addEventListener("online", look);
  document.querySelector("button")?.addEventListener("click", look);
  setInterval(look, EVERY_MS);
})();
