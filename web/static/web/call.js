/** The voice channel that the user takes part in, if any: what the bar shows; `voice.js` keeps it. */
import { Store } from "./store.js";

/**
 * `muted` has, by user id, until when a moderator has muted somebody; `quiet` are those whom the user does not want to
 * hear; `speaking` are those who are heard now. `microphone` is "live", "refused", "missing" or "insecure". With
 * `pushToTalk` the user is heard while `held`.
 *
 * @import { Notifications } from "../client/messages.d.ts"
 * @typedef {{kind: string, of: number | string, channel: string, title: string, href: string, peer: string | null,
 *   members: Notifications.VoiceMember[], version: number, muted: Record<string, string>, quiet: Set<number>, speaking: Set<number>,
 *   microphone: string, off: boolean, pushToTalk: boolean, held: boolean}} Call
 */

export const call = new Store(/** @type {Call | null} */ (null));
