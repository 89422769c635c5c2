/**
 * The settings of this deployment that the page follows, as the server puts them into the document (see `web/views.py`).
 * A page of one's own, without them, has the platform's name and English texts.
 *
 * @type {{title: string, logo: string | null, language: string, languages: string[], texts: Record<string, string>,
 *   sections: string[], sign_in_ways: string[], pushes: boolean, livekit: string, terms_url: string, adult_age: number,
 *   asks_consent: boolean, player_mfa: boolean,
 *   first_game: string, games: Record<string, string>}}
 */
export const page = JSON.parse(
  globalThis.document?.querySelector("meta[name=page]")?.getAttribute("content") ?? "null",
) ?? {
  title: "Game platform",
  logo: null,
  language: "en",
  languages: ["en"],
  texts: {},
  sections: [],
  sign_in_ways: [],
  pushes: false,
  livekit: "",
  terms_url: "",
  adult_age: 0,
  asks_consent: false,
  player_mfa: false,
  first_game: "",
  games: {},
};

/** The address of the logo. */
export const ICON = page.logo ?? new URL("icon.svg", import.meta.url).pathname;

/** @param {string} section such as `"shop"` */
export const hasSection = (section) => page.sections.includes(section);

/** @param {string} way such as `"guest"` */
export const signsInBy = (way) => page.sign_in_ways.includes(way);

const A_YEAR_S = 31_536_000;

/**
 * Reads the page in another language from now on, in this browser.
 *
 * @param {string} language
 */
export function speak(language) {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API exists on secure pages only.
  document.cookie = `language=${language}; path=/; max-age=${A_YEAR_S}; samesite=lax`;
  location.reload();
}

/** Whether a language was chosen in this browser. */
export const hasChosen = () => /(^|; )language=/.test(globalThis.document.cookie);

const preferred = globalThis.navigator?.languages ?? [];
/** The reader's variant of the page's language, such as `de-AT`, for numbers and times. */
export const LOCALE = preferred.find((one) => one.split("-")[0] === page.language) ?? page.language;
