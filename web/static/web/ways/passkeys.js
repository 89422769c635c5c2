/** Passkeys: whether the browser has them, and signing in by one. */
import { client, enter } from "../session.js";

export const hasPasskeys = "PublicKeyCredential" in window;

export const signInByPasskey = async () => enter(await client.signInByPasskey());
