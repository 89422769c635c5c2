/**
 * The service worker: shows what is pushed, and a page of its own while the server cannot be reached. Nothing else is
 * cached or answered here, above all not the API. `SHELL` is set by the server (see `web/installing.py`).
 */
(() => {
  // The types of the page are not those of a worker.
  const worker = /** @type {any} */ (globalThis);
  const { version, offline, files, icon } = worker.SHELL;
  const NOT_OF_THE_PAGE = /^\/(admin|api|dev)(\/|$)/;

  const isOfThePage = (/** @type {string} */ url) => !NOT_OF_THE_PAGE.test(new URL(url).pathname);
  const pages = () => worker.clients.matchAll({ type: "window" });

  async function keep() {
    const cache = await caches.open(version);
    await cache.addAll([offline, ...files].map((path) => new Request(path, { cache: "reload" })));
    await worker.skipWaiting();
  }

  async function takeOver() {
    const old = (await caches.keys()).filter((name) => name !== version);
    await Promise.all(old.map((name) => caches.delete(name)));
    await worker.clients.claim();
  }

  /**
   * Asks the server, and only if it cannot be reached what was kept.
   *
   * @param {Request} request
   * @param {string} path
   */
  const orKept = (request, path) =>
    fetch(request).catch(async (error) => {
      const answer = await caches.match(path);
      if (!answer) throw error;
      return answer;
    });

  /** @param {{title: string, text: string, path: string}} told */
  async function show({ title, text, path }) {
    if ((await pages()).some((/** @type {any} */ page) => page.visibilityState === "visible")) return;
    await worker.registration.showNotification(title, { body: text, tag: path, renotify: true, icon, data: { path } });
  }

  /** @param {any} notification */
  async function open(notification) {
    notification.close();
    const { path } = notification.data;
    const page = (await pages()).find((/** @type {any} */ { url }) => isOfThePage(url));
    if (!page) return worker.clients.openWindow(path);
    page.postMessage({ path });
    return page.focus();
  }

  worker.addEventListener("install", (/** @type {any} */ event) => event.waitUntil(keep()));
  worker.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(takeOver()));
  worker.addEventListener("push", (/** @type {any} */ event) => event.waitUntil(show(event.data.json())));
  // From a page, where the server pushes nothing.
  worker.addEventListener("message", (/** @type {any} */ event) => event.waitUntil(show(event.data)));
  worker.addEventListener("notificationclick", (/** @type {any} */ event) => event.waitUntil(open(event.notification)));
  worker.addEventListener("fetch", (/** @type {any} */ event) => {
    const { request } = event;
    const { origin, pathname } = new URL(request.url);
    if (request.method !== "GET" || origin !== location.origin) return;
    if (files.includes(pathname)) event.respondWith(orKept(request, pathname));
    else if (request.mode === "navigate" && isOfThePage(request.url)) event.respondWith(orKept(request, offline));
  });
})();
