/** The signed-in user, the one client of the page, and the ways to sign in and out. */
import { ApiError, claims, GameClient } from "../client/gameplatform.js";
import { kept } from "./kept.js";
import { hasChosen, page, speak } from "./page.js";
import { Store, useStore } from "./store.js";
import { toast } from "./toasts.js";
import { moment, refusalOf, text } from "./texts.js";

/**
 * @import { Fields, Session, User, Rest } from "./types.d.ts"
 * @import { Tokens } from "../client/gameplatform.js"
 */

const KEY = "tokens";
const RESTORE_AGAIN_MS = 5_000;

/**
 * Stored tokens, or null where what is stored is nothing that a call could carry.
 *
 * @param {string | undefined} stored
 * @returns {Tokens | null}
 */
function read(stored) {
  try {
    const { access, refresh } = JSON.parse(stored ?? "null");
    return /^[\w.-]+$/.test(access ?? "") ? { access, refresh } : null;
  } catch {
    return null;
  }
}

const storage = {
  load: () => read(kept[KEY]),
  /** @param {Tokens|null} tokens */
  save(tokens) {
    if (tokens) kept[KEY] = JSON.stringify(tokens);
    else delete kept[KEY];
  },
};

export const client = new GameClient(location.origin, storage.load(), { storage });

/**
 * Return whether the tokens that the browser keeps are this user's.
 *
 * @param {{id?: number}|null} user
 */
const isKept = (user) => claims(storage.load()?.access).sub === String(user?.id);

/** @type {Session} */
const NOBODY = { status: "out", user: null, connection: { state: "closed" } };

/**
 * `{status: "unknown" | "out" | "in" | "failed", user, connection, latency}`; connection is that of the notifications.
 */
export const session = new Store(/** @type {Session} */ ({ ...NOBODY, status: client.signedIn ? "unknown" : "out" }));

/** Asks who the stored tokens belong to. */
export async function restore() {
  if (!client.signedIn) return;
  session.patch({ status: "unknown" });
  try {
    const user = await client.request("GET", "/api/me/");
    // Another tab may have signed out meanwhile, or in as somebody else.
    if (!isKept(user)) return;
    followLanguage(user);
    enter(user);
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) leave();
    else if (session.value.status === "unknown") {
      session.patch({ status: "failed" });
      // There is no socket yet that would tell when the server is back.
      setTimeout(() => session.value.status === "failed" && restore(), RESTORE_AGAIN_MS);
    }
  }
}

/**
 * Takes tokens, or with null leaves them, here and in what the browser keeps.
 *
 * @param {Tokens|null} tokens
 */
function keep(tokens) {
  client.setTokens(tokens);
  storage.save(tokens);
}

/**
 * Reads the page in another language, here and wherever the user signs in from now on.
 *
 * @param {string} language
 */
export async function chooseLanguage(language) {
  // It is the page's in any case; the account only keeps it for other browsers and for mails.
  if (client.signedIn) await client.request("PATCH", "/api/me/", { language }).catch(() => {});
  speak(language);
}

/**
 * Reads the page in the language that the user has chosen elsewhere, unless another one was chosen here.
 *
 * @param {User} user
 */
function followLanguage({ language }) {
  if (language && language !== page.language && page.languages.includes(language) && !hasChosen()) speak(language);
}

/** @param {User} user */
export function enter(user) {
  session.patch({ status: "in", user });
  client.connectToNotifications();
}

function forget() {
  client.disconnect();
  session.set(NOBODY);
}

function leave() {
  forget();
  keep(null);
}

/**
 * @param {string} way
 * @param {object} proof
 */
export async function signInBy(way, proof) {
  enter(await client.signIn(way, proof));
  if (!hasChosen()) await client.request("GET", "/api/me/").then(followLanguage, () => {});
}

export const playAsGuest = () => signInBy("guest", {});
/** @param {object} fields */
export const register = (fields) => signInBy("register", fields);

/**
 * One field takes a name or an e-mail address.
 *
 * @param {string} name
 * @param {string} password
 */
export const signIn = (name, password) =>
  signInBy("login", { [name.includes("@") ? "email" : "username"]: name, password });

/**
 * Gives a guest a lasting account that keeps all it owns.
 *
 * @param {object} fields
 */
export async function upgrade(fields) {
  /** @type {Rest.AccountsSignedIn} */
  const { user, access, refresh } = await client.request("POST", "/api/auth/upgrade/", fields);
  keep({ access, refresh });
  session.patch({ user: { ...session.value.user, ...user } });
}

/** Return the signed-in user; only what is drawn for users alone may ask. */
export function currentUser() {
  const { user } = session.value;
  if (!user) throw new Error("Nobody is signed in.");
  return user;
}

/** Return the signed-in user; the component is drawn again whenever they change. */
export function useUser() {
  useStore(session);
  return currentUser();
}

let parting = false;

/**
 * Makes the call by which the session ends; that the sockets end with it is no news then.
 *
 * @param {string} method
 * @param {string} path
 * @param {object} body
 */
async function part(method, path, body) {
  parting = true;
  try {
    await client.request(method, path, body);
  } finally {
    parting = false;
  }
}

export async function signOut() {
  if (parting) return;
  await part("POST", "/api/auth/logout/", {}).catch(() => {});
  leave();
}

/** Erases the account for good; a guest has no `password`. */
export async function erase(password = "") {
  await part("DELETE", "/api/me/", { password });
  leave();
}

client.on("connection", ({ channel, ...connection }) => {
  if (channel === "notifications") session.patch({ connection });
});

// 4401 is final for a socket. It may only have outlived its token (a laptop that slept): then a new one brings it back.
client.on("connection", async ({ state, code }, channel) => {
  if (state !== "closed" || code !== 4401 || session.value.status !== "in" || parting) return;
  await client.renewTokens();
  // Its place may have been left meanwhile.
  if (client.signedIn && client.channels.has(channel)) channel.open();
});

client.on("signed_out", () => {
  if (session.value.status === "out") return;
  leave();
  toast(text("session.ended"));
});

// Another tab signed in, out or as somebody else, or renewed the tokens that are used here too.
addEventListener("storage", ({ key }) => {
  if (key !== KEY) return;
  // A tab that slept hears late of what has changed again since.
  client.setTokens(storage.load());
  if (!client.signedIn) leave();
  else if (isKept(session.value.user)) for (const channel of client.channels) channel.renew();
  else {
    forget();
    restore();
  }
});

/**
 * Fetch an address of the server, which may be absolute, as a page gives the next one.
 *
 * @param {string} address
 */
export function get(address) {
  const { pathname, search } = new URL(address, location.origin);
  return client.request("GET", pathname + search);
}

/**
 * A sentence for people about what went wrong.
 *
 * @param {unknown} error
 */
export function reason(error) {
  if (!(error instanceof ApiError)) return text("error.unexpected");
  if (error.status === 0) return text("error.offline");
  if (error.status === 429 && error.retryAfter)
    return text(error.code === "left_early" ? "error.left_early" : "error.rate_limited", {
      seconds: Math.ceil(error.retryAfter),
    });
  if (error.status >= 500) return text("error.server");
  // A ban or a mute.
  if (error.members?.until)
    return text("error.until", { reason: refusalOf(error), time: moment(String(error.members.until)) });
  return refusalOf(error);
}

/**
 * Faults of the fields of a form: `{field: sentence}`.
 *
 * @param {{code?: string, errors?: Record<string, string[]> | null} | null} error
 */
export function fieldReasons(error) {
  return Object.fromEntries(
    Object.entries(error?.errors ?? {}).map(([field, reasons]) => {
      const code = error?.code === "invalid" ? `invalid.${field}` : String(error?.code);
      return [field, refusalOf({ code, message: reasons.join(" ") })];
    }),
  );
}
